"""Drawing: pure functions from values to lines of text, so that a screen can be tested as a string."""
