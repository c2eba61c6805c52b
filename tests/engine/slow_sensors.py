"""A made-up pump of slow sensors: its settings, and rows that follow a load and fail at the end."""

from pathlib import Path

import numpy as np

from engine.config.settings import Settings, load_settings

ROWS, FAULT = 420, 330
HEALTHY = 50
"""Windows of the baseline: 12 rows each, 4 apart."""

HEADER = "time;Flow;Pressure;Temp\n"

SETTINGS = """
[machine]
name = "pump"
[[component]]
name = "Pump"
kind = "process"
channels = ["Flow", "Pressure", "Temp"]
unit = ["l/min", "bar", "°C"]
low = [0.0, 0.0, -40.0]
high = [100.0, 1e30, 150.0]
[process]
window = 12
stride = 4
[watch]
gather = 50
"""


def settings_of(folder: Path, further: str = "", overrides: dict[str, object] | None = None) -> Settings:
    path = folder / "pump.toml"
    path.write_text(SETTINGS + further)
    return load_settings(path, overrides={"model.healthy": str(HEALTHY), **(overrides or {})})


def row_texts() -> list[str]:
    """Return the rows, each with its end."""
    chance = np.random.default_rng(4)
    values = np.array([32.0, 2.5, 70.0]) + chance.normal(size=(ROWS, 3)) * [0.5, 0.05, 0.2]
    values[FAULT:, 1] -= 0.4
    return [
        f"2024-03-01T00:{row // 60:02d}:{row % 60:02d};{flow:.3f};{bar:.4f};{celsius:.2f}\n"
        for row, (flow, bar, celsius) in enumerate(values)
    ]
