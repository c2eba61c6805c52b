"""Screens: which panels stand where, and what each is given."""
