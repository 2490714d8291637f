"""Records in PostgreSQL: natively, on Django's own connection."""
