"""Turns snapshots into scores, scores into alarms, and keeps both in the store."""
