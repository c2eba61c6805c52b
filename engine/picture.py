"""The small picture of a snapshot that the engine leaves in the store for the console to draw."""

import json
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Picture:
    """What the model saw of one snapshot and what it made of it, channel by channel and band by band.

    Attributes:
        edges: float32 (bands + 1,) [Hz], the borders of the bands.
        spectrum: float32 (channels, bands) [dB re 1 unit], observed band power.
        reconstruction: float32 (channels, bands) [dB], what the autoencoder expected.
        contribution: float32 (channels, bands), share of the snapshot's error; sums to 1, or all 0
            where nothing was scored.
        parts: float32 (channels, windows), share of the error that each part of the snapshot accounts for.
    """

    edges: NDArray[np.float32]
    spectrum: NDArray[np.float32]
    reconstruction: NDArray[np.float32]
    contribution: NDArray[np.float32]
    parts: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def pack(self) -> bytes:
        """Pack into bytes: a line of JSON with the shape, then float32 edges and float16 planes."""
        shape = {
            "channels": len(self.spectrum),
            "bands": len(self.edges) - 1,
            "parts": list(self.parts.shape),
        }
        head = json.dumps({"v": 1, **shape})
        planes = np.stack([self.spectrum, self.reconstruction, self.contribution]).astype("<f2")
        body = (self.edges.astype("<f4"), planes, self.parts.astype("<f2"))
        return head.encode() + b"\n" + b"".join(array.tobytes() for array in body)

    @classmethod
    def unpack(cls, data: bytes) -> "Picture":
        """Unpack what `pack` wrote.

        Raises:
            ValueError: the bytes are not a picture of a known version.
        """
        head, _, body = data.partition(b"\n")
        shape = json.loads(head)
        if shape.get("v") != 1:
            raise ValueError(f"picture version {shape.get('v')!r} is not known to this Raceway")
        channels, bands = int(shape["channels"]), int(shape["bands"])
        edges = np.frombuffer(body, "<f4", bands + 1)
        halves = np.frombuffer(body, "<f2", offset=edges.nbytes).astype(np.float32)
        size = 3 * channels * bands
        spectrum, reconstruction, contribution = halves[:size].reshape(3, channels, bands)
        parts = halves[size:].reshape(shape.get("parts", (0, 0)))
        return cls(edges, spectrum, reconstruction, contribution, parts)
