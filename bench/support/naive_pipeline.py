"""The usual pipeline for comparison: pandas, windows, and `model.predict`, file by file.

It runs as a separate process, because it imports TensorFlow: `python -m bench.support.naive_pipeline FOLDER
COUNT` prints files per second. The network is that of the `dense` model. Its weights are random, which costs
the same time.
"""

import os
import sys
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import pandas as pd

from engine.models.networks.dense import build

LENGTH = 100
WARM_UP = 3
"""Files before the timing starts: the first prediction traces the network."""


def main(folder: Path, count: int) -> None:
    """Score files one after the other and print the rate."""
    model = build(LENGTH).scoring
    files = sorted(path for path in folder.iterdir() if path.is_file())[: WARM_UP + count]
    low, high = -1.0, 1.0
    scores = []
    for number, path in enumerate(files):
        if number == WARM_UP:
            began = time.perf_counter()
        table = pd.read_csv(path, sep="\t", header=None)
        rows = len(table) // LENGTH * LENGTH
        windows = table.to_numpy()[:rows].T.reshape(-1, LENGTH)
        scaled = (windows - low) / (high - low)
        rebuilt = model.predict(scaled, verbose=0)
        errors = np.square(scaled - rebuilt).mean(axis=1)
        scores.append(errors.reshape(table.shape[1], -1).mean(axis=1))
    print((len(files) - WARM_UP) / (time.perf_counter() - began))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
