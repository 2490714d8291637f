"""The doors of this room, for people."""
