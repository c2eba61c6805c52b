"""Why the rows of a text are no recording."""
