"""Filters that every template has at hand without loading them."""
