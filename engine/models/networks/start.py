"""TensorFlow and Keras, loaded in half the time: for the processes that train, attribute and export.

Keras loads three libraries if they are there, for features that Raceway does not use: they take a third of
the start of a training. Whoever needs one of them can load it afterwards.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Set before TensorFlow is imported: its start-up chatter would drown the progress lines, a GPU would
# make the result depend on the machine.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

UNUSED = ("matplotlib", "pandas", "sklearn")


@contextmanager
def without(names: tuple[str, ...]) -> Iterator[None]:
    """Let libraries that are not loaded yet seem absent meanwhile; collect no garbage, there is none."""
    hidden = [name for name in names if name not in sys.modules]
    collecting = gc.isenabled()
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: importing it fails
    gc.disable()
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        if collecting:
            gc.enable()


with without(UNUSED):
    import keras
    import tensorflow as tf

# A conversion collects garbage; the 300,000 objects of the libraries are none, and would take it a second.
gc.freeze()

__all__ = ["keras", "tf"]
