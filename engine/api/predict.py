"""The plain interface: rows in, anomalous windows out."""

from typing import Any

import numpy as np

from engine.api.numbers import object_with_rows, raw_rows
from engine.api.scoring import BundleScorer, WindowResult

FIELD = "sensor_data"


def predicted(scorer: BundleScorer, body: bytes, *, raw: bool) -> dict[str, Any]:
    """Answer one request.

    Args:
        scorer: of the bundle.
        body: JSON `{"sensor_data": [[...], ...]}`, or raw float32.
        raw: whether it is raw.

    Raises:
        FaultError: the body cannot be used.
    """
    if raw:
        rows = raw_rows(body, scorer.columns)
    else:
        _, rows = object_with_rows(body, FIELD, scorer.columns)
    return answer(scorer, scorer.windows(rows, FIELD))


def answer(scorer: BundleScorer, found: WindowResult) -> dict[str, Any]:
    """Return the result in JSON types.

    With one component, `mean_error` and `threshold` are in the model's unit. With several, each has its own
    limit: then they are of the worst component, the one with the largest mean error over its limit.
    """
    anomalous = np.flatnonzero(found.anomalous)
    means = found.errors.mean(axis=0)
    worst = int(np.argmax(means / found.limits))
    names = scorer.layout.components
    return {
        "success": True,
        "statistics": {
            "mean_error": float(means[worst]),
            "max_error": float(found.errors[:, worst].max()),
            "threshold": float(found.limits[worst]),
            "component": names[worst],
            "windows": len(found.errors),
            "window_rows": found.length,
            "by_component": {
                name: {"mean_error": float(mean), "threshold": float(limit)}
                for name, mean, limit in zip(names, means, found.limits, strict=True)
            },
        },
        "predictions": {
            "anomalies_detected": len(anomalous),
            "anomaly_positions": anomalous.tolist(),
            "anomaly_rows": found.starts[anomalous].tolist(),
            "anomaly_rate": len(anomalous) / len(found.errors),
        },
    }
