"""Processes that the service starts for a visitor: consoles on a terminal, and reports."""
