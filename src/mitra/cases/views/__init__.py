"""The doors of this room: pages for members, an API for their machines."""
