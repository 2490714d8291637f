"""A room for tests, and the example of docs/how-to/add-a-room: a board on which organisations put up notices."""
