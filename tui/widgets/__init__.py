"""Widgets: given values, they show them; none asks the store for anything."""
