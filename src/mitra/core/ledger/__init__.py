"""The pure part of the ledger: what an act commits to."""
