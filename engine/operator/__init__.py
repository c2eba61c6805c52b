"""Operator actions: acknowledge, note, shelve, take out of service, accept a baseline."""
