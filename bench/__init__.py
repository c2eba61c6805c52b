"""Benchmarks. They measure whole runs on real recordings and print figures without a verdict."""
