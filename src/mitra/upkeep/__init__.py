"""Looking after a node: backup and restore, whether it is ready, what it counts."""
