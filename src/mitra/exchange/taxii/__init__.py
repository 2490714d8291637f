"""TAXII 2.1: how machines of other makers read and share.  One module a step; clients' real ways decided details."""
