"""The alarm list and the story of an alarm."""
