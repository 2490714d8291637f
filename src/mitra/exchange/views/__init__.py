"""The room's doors for people, one module a page."""
