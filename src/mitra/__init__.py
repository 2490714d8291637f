"""Mitra: a regional cyber mechanism as one program, for a centre and its members' nodes."""
