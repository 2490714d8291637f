"""Pulse: what happened is told upward, what is due rings, what repeats is run; each of them exactly once for rows."""
