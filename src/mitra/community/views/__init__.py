"""The room's doors for people."""
