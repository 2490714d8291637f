"""Text of people: defanging, and finding values in reports."""
