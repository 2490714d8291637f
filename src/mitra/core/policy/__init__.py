"""Who may read what, and to whom a thing may be shared further: the release policy, written once."""
