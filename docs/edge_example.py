"""Scores one recording with an exported `spectral` network, without Raceway: numpy and onnxruntime alone.

Use: python edge_example.py MODEL.onnx RECORDING.txt
The recording is text: one row a line, one column a channel. MODEL.onnx.json must lie beside the network.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def band_levels(signal: np.ndarray, rate: float, edges: np.ndarray) -> np.ndarray:
    """Return the mean log power of each band and of all, (channels, bands + 1), of (rows, channels)."""
    rows = len(signal)
    length = 2 ** int(np.log2(min(rows, 2048)))
    borders = np.round(edges * length / rate).astype(int)
    starts = list(range(0, rows - length + 1, length // 2))
    if starts[-1] + length < rows:
        starts.append(rows - length)
    window = np.hanning(length)
    centred = (signal - signal.mean(axis=0)).T
    levels = []
    for start in starts:
        spectrum = np.fft.rfft(centred[:, start : start + length] * window)
        power = np.add.reduceat(np.abs(spectrum[:, : borders[-1]]) ** 2, borders[:-1], axis=1)
        power *= 2.0 / (length * np.sum(window**2))
        whole = power.sum(axis=1, keepdims=True)
        levels.append(np.log(np.concatenate([power, whole], axis=1) + 1e-20))
    return np.mean(levels, axis=0)


def errors(network: str, signal: np.ndarray) -> dict[str, float]:
    """Return the error of each component, in standard deviations of healthy recordings."""
    told = json.loads(Path(f"{network}.json").read_text(encoding="utf-8"))
    if told["model"] != "spectral" or signal.shape != (told["rows"], told["channels"]):
        raise SystemExit(f"{network} is for {told['rows']} x {told['channels']}, model spectral")
    scaling = {name: np.array(values) for name, values in told["scaling"].items()}
    usual = {name: np.array(values) for name, values in told["calibration"].items()}
    levels = band_levels(signal, told["sample_rate"], np.array(told["edges"]))
    vector = ((levels - scaling["centre"]) / scaling["scale"]).astype(np.float32)[None]
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    (rebuilt,) = session.run(None, {"vectors": vector})
    features, unit = (vector - rebuilt)[0], scaling["scale"]
    # A healthy rise that most bands share is not an error, before the fourth scoring a fall neither; a bundle
    # of the first scoring has no reach.
    reach = usual["reach"] if usual["reach"].size else 0.0
    shift = np.median((features - usual["centre"])[:, :-1] * unit[:, :-1], axis=1)
    features = features - (np.clip(shift, -reach if told["falls"] else 0.0, reach))[:, None] / unit
    excess = np.maximum((features - usual["centre"]) / usual["scatter"], 0.0) ** 2
    groups = np.lib.stride_tricks.sliding_window_view(excess[:, :-1], max(told["group"], 1), axis=1)
    whole, worst = excess.mean(axis=1), groups.mean(axis=2).max(axis=1) * (told["group"] > 0)
    found = {}
    for one in told["components"]:
        own = [number - 1 for number in one["channels"]]
        found[one["name"]] = float(np.sqrt(max(whole[own].mean(), worst[own].max())))
    return found


if __name__ == "__main__":
    for name, error in errors(sys.argv[1], np.loadtxt(sys.argv[2], ndmin=2)).items():
        print(f"{name}: error {error:.2f}")
