"""The usual scoring service for comparison: Flask, a Keras network and `model.predict`.

It runs as a separate process: `python -m bench.support.plain_flask PORT MODEL`. The networks are those of the
models `dense` and `lstm` with random weights, which cost the same time.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import logging

import numpy as np
from flask import Flask, Response, jsonify, request
from numpy.typing import NDArray

LENGTH = 100
CHANNELS = 4
THRESHOLD = 0.1


def create(name: str) -> Flask:
    """Return the application for a model."""
    if name == "lstm":
        from engine.models.networks.lstm import build

        model = build(LENGTH, CHANNELS).scoring
    else:
        from engine.models.networks import dense

        model = dense.build(LENGTH).scoring
    app = Flask(__name__)

    @app.get("/ping")
    def ping() -> Response:
        return jsonify(status="ok")

    @app.post("/predict")
    def predict() -> Response:
        data = np.array(request.get_json()["sensor_data"], dtype=np.float32)
        count = len(data) // LENGTH
        windows: NDArray[np.float32] = data[: count * LENGTH].reshape(count, LENGTH, CHANNELS)
        if name != "lstm":
            windows = windows.transpose(0, 2, 1).reshape(-1, LENGTH)
        rebuilt = model.predict(windows, verbose=0)
        errors = np.square(windows - rebuilt).reshape(count, -1).mean(axis=1)
        positions = np.flatnonzero(errors > THRESHOLD).tolist()
        return jsonify(
            success=True,
            statistics={"mean_error": float(errors.mean()), "threshold": THRESHOLD},
            predictions={
                "anomalies_detected": len(positions),
                "anomaly_positions": positions,
                "anomaly_rate": len(positions) / count,
            },
        )

    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    create(sys.argv[2]).run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
