"""The report of the engine of a plant, for machines that have no record yet."""
