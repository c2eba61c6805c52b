"""Masked vectors for the pretraining of a network."""

import numpy as np
from numpy.typing import NDArray

MASKED = 0.25
"""Share of a vector's longest axis that is hidden."""


def masked(vectors: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Return vectors with a stretch of the longest axis replaced by the mean over all vectors.

    Source:
        He et al. (2022), Masked autoencoders are scalable vision learners; one stretch instead of patches.
    """
    axis = 1 + int(np.argmax(vectors.shape[1:]))
    size = vectors.shape[axis]
    width = max(1, round(MASKED * size))
    starts = chance.integers(0, size - width + 1, len(vectors))
    places = np.arange(size)
    hidden = (places >= starts[:, None]) & (places < starts[:, None] + width)
    shape = [len(vectors)] + [size if one == axis else 1 for one in range(1, vectors.ndim)]
    return np.where(hidden.reshape(shape), vectors.mean(axis=0), vectors).astype(np.float32)
