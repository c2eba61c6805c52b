"""Settings: their layers, their sections, and the sentence for each mistake in them."""
