"""All machines of a store, the worst first."""
