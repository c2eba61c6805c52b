"""Bundles: a trained model with its baseline and limits, as a folder of files."""
