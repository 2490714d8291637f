"""The pure core: values and rules; no Django, no I/O, no clock, no randomness."""
