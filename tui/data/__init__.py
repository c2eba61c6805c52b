"""Reads the store for the screens, as of a playhead."""
