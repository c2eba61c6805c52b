"""The HTTP interface: reads the store, scores recordings with a bundle, and passes on what operators do."""
