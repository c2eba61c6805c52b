"""Actions, their keys, and the search over them."""
