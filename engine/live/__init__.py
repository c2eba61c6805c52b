"""A watched machine: intake of arriving files, supervision, notification, operator requests."""
