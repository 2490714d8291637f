"""The front desk: the situation room, and the public page when nobody is signed in."""
