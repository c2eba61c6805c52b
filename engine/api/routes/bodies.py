"""Bodies of requests that score and of their answers, with examples, for the description of the interface."""

from typing import Any

RAW = "application/octet-stream"

TEXT = "text/csv"

_ROWS = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
_EXAMPLE_ROWS = [[0.01, -0.02, 0.0, 0.03], [0.02, -0.01, 0.01, 0.02]]
_BINARY = {"schema": {"type": "string", "format": "binary"}}

PREDICT: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "required": ["sensor_data"], "properties": {"sensor_data": _ROWS}},
            "example": {"sensor_data": _EXAMPLE_ROWS},
        },
        RAW: _BINARY,
    },
}

SCORE: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["rows"],
                "properties": {
                    "rows": _ROWS,
                    "name": {"type": "string"},
                    "at": {"type": "string", "format": "date-time"},
                },
            },
            "example": {"rows": _EXAMPLE_ROWS, "name": "Press 4", "at": "2024-03-01T10:00:00Z"},
        },
        RAW: _BINARY,
        TEXT: {"schema": {"type": "string"}, "example": "0.01,-0.02,0.0,0.03\n0.02,-0.01,0.01,0.02\n"},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                },
            }
        },
    },
}

INFER: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["inputs"],
                "properties": {"inputs": {"type": "array", "items": {"type": "object"}}},
            },
            "example": {
                "inputs": [
                    {"name": "rows", "shape": [2, 2], "datatype": "FP32", "data": [0.1, 0.2, 0.3, 0.4]}
                ]
            },
        }
    },
}


def answered(
    words: str, required: dict[str, str], example: dict[str, Any]
) -> dict[int | str, dict[str, Any]]:
    """Return the good answer of a path for its description.

    Args:
        words: what it holds.
        required: JSON types of the keys that it always has.
        example: one answer.
    """
    schema = {
        "type": "object",
        "required": sorted(required),
        "properties": {name: {"type": kind} for name, kind in required.items()},
    }
    return {
        200: {"description": words, "content": {"application/json": {"schema": schema, "example": example}}}
    }


PREDICTED = answered(
    "The windows, and which are anomalous.",
    {"success": "boolean", "statistics": "object", "predictions": "object"},
    {
        "success": True,
        "statistics": {
            "mean_error": 21.4,
            "max_error": 40.2,
            "threshold": 19.9,
            "component": "Bearing 1",
            "windows": 4,
            "window_rows": 2048,
            "by_component": {"Bearing 1": {"mean_error": 21.4, "threshold": 19.9}},
        },
        "predictions": {
            "anomalies_detected": 2,
            "anomaly_positions": [1, 3],
            "anomaly_rows": [2048, 6144],
            "anomaly_rate": 0.5,
        },
    },
)

SCORED = answered(
    "One snapshot; of a form, `snapshots` with an entry for each file.",
    {"success": "boolean"},
    {
        "success": True,
        "name": "2004.02.18.10.32.39",
        "components": [
            {
                "name": "Bearing 1",
                "quality": "running",
                "error": 18.3,
                "limit": 1.17,
                "severity": 7.84,
                "abnormal": True,
                "contribution": 0.3,
                "surface": None,
            }
        ],
        "channels": [{"channel": 1, "quality": "running"}],
        "edges_hz": [10.0, 170.0, 330.0],
    },
)

INFERRED = answered(
    "The tensors `error`, `limit` and `anomalous`.",
    {"model_name": "string", "model_version": "string", "outputs": "array"},
    {
        "model_name": "press",
        "model_version": "23f669871986788d",
        "outputs": [
            {"name": "error", "datatype": "FP64", "shape": [1, 1], "data": [21.4]},
            {"name": "limit", "datatype": "FP64", "shape": [1], "data": [19.9]},
            {"name": "anomalous", "datatype": "BOOL", "shape": [1], "data": [True]},
        ],
    },
)
