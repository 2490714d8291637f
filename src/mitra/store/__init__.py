"""Records, shares, audiences, atoms: what is at rest, and the one door to it."""
