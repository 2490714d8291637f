"""Zones, working time and deadlines: pure, over the zones' own data; `now` is always given."""
