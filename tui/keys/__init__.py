"""Actions, the keys they have, and the search over them."""
