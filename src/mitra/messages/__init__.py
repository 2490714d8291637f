"""Tell an address something, through a channel, and know that it arrived."""
