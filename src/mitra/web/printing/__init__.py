"""Print: one way from what a page says to a PDF, with its label on every sheet and its bytes attached."""
