"""Diagnosis: the failing surface of a bearing, with the fault lines as evidence."""
