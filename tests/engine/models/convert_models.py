"""Trains each network for two epochs on a few vectors and converts it; runs in a separate process."""

import contextlib
import json
import sys
from pathlib import Path

import numpy as np

from engine.models.training import convert, keras, train


def main(folder: Path) -> None:
    """Convert the models in `models.json`: [name, shape of a vector, batch, whether to train it]."""
    for name, shape, batch, learns in json.loads((folder / "models.json").read_text()):
        place = folder / name
        if learns:
            with (place / "progress.txt").open("w") as file, contextlib.redirect_stdout(file):
                train(place)
            continue
        keras.utils.set_random_seed(0)
        network = __import__(f"engine.models.networks.{name}", fromlist=["build"]).build(*shape)
        (place / "network.tflite").write_bytes(convert(network.scoring, batch))
    try:
        train(folder / "hopeless")
    except ArithmeticError as error:
        (folder / "hopeless" / "error.txt").write_text(str(error))


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main(Path(sys.argv[1]))
