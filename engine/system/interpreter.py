"""How this interpreter works: threads of linear algebra, and the collection of cyclic garbage."""

import gc
import os

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""NumPy's linear algebra starts its threads when it is imported; products as small as ours gain nothing by
them. Set 2 scores the same, bit for bit."""

COLLECT_AFTER = 50_000
"""New objects between two collections; Python's 700 cost a tenth of the time to the first frame."""


def keep_to_one_thread() -> None:
    """Keep linear algebra on one thread, unless the environment gives a number; before NumPy is imported."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def collect_rarely() -> None:
    """Collect cyclic garbage more rarely: for a console, which makes little of it and must open soon."""
    gc.set_threshold(COLLECT_AFTER)
