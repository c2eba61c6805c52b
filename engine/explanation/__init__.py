"""Sentences about alarms, for the console, the shell and reports; pure functions of stored facts."""
