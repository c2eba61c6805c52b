"""Bundles of a machine, and the training of a new one."""
