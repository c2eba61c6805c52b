"""The health of the engine, its files, its disk and the alarm system."""
