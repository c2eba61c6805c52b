"""Alarm rules, and the fold from stored events to alarms. Pure functions."""
