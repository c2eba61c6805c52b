"""Screens: the panels of each, and the lines that they draw."""
