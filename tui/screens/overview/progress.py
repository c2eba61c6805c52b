"""The progress of training as a line of blocks."""

import math

SHADES = "▁▂▃▄▅▆▇█"


def curve(values: list[float], width: int) -> str:
    """Return a falling curve in at most so many columns, scaled to its range, with gaps."""
    if width <= 0 or not values:
        return ""
    step = -(-len(values) // width)
    picked = values[::-1][::step][::-1]
    finite = [value for value in picked if math.isfinite(value)]
    if not finite:
        return "·" * len(picked)
    low, high = min(finite), max(finite)
    return "".join(
        SHADES[round((value - low) / (high - low) * 7) if high > low else 0] if math.isfinite(value) else "·"
        for value in picked
    )
