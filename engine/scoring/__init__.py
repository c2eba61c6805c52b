"""From a snapshot to its error, severity and contributions."""
