"""Incidents that several organisations handle together: who is in, what was said and done, where it stands."""
