"""Intake from a watched folder: offers each complete file until the ledger knows it."""
