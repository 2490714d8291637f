"""Shared rows: what rooms keep as a row and a record, written together and read through the store's door."""
