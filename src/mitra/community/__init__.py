"""Organisations, standing, circles, people and roles, sign-in, credentials: who is asking."""
