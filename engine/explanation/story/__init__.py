"""The story of an alarm in words: its events, and the evidence that was stored with them."""
