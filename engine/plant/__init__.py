"""Many machines watched by one engine process: each on a thread of its own, with one store and one pool."""
