"""Made-up machines: seeded recordings with known faults, for benches and tests."""
