"""Delivery memory: which share was handed to whom, by which way, when.  A page of a thousand is one line."""
