"""Values for the screens, read from the store as of a playhead."""
