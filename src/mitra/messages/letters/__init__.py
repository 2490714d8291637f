"""Read one mail as it came: bytes in, facts out, whatever the bytes are."""
