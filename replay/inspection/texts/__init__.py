"""The rows of a text: their rate, and why they are no recording."""
