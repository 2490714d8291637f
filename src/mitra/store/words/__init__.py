"""Words: by which what is shared is found, in every script, the same on every database."""
