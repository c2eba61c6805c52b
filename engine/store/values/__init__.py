"""Stored values: how they are encoded, checked and decoded; damaged ones are left out and named."""
