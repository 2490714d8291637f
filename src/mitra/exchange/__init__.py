"""Sharing: one intake for every door, release within the laws, look-up, export, TAXII."""
