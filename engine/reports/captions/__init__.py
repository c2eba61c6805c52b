"""Captions of plots by a local vision-language model: what a machine sees, never evidence."""
