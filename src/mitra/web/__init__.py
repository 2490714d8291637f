"""How pages look and behave: frame, components, errors, clock."""
