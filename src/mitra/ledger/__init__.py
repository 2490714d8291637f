"""Acts: every decision to release, tighten or withdraw, committed to before anybody reads it."""
