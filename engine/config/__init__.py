"""Settings: the layers they come from, their sections, and the sentence for each mistake in them."""
