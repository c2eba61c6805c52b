"""How good a model is on a finished run whose fault is known."""
