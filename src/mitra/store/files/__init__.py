"""Files: sealed with a key each, named at random, read only through the row that holds them, erased by their key."""
