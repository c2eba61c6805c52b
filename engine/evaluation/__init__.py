"""Evaluation of models on a finished run with a known fault."""
