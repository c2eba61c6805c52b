"""The picture of a snapshot: a small summary in the store that the console draws.

About 8 KB for four channels. Pictures of earlier versions still unpack; the parts they lack are empty.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.records.motor_figures import MotorFigures, motors_from, motors_plain
from engine.records.stored_values import items

VERSION = 2

LOWEST, STEPS = np.float32(-14.0), np.float32(16.0)
"""An envelope's amplitudes are kept on a scale of 16 steps to a doubling, 4 % each, from 2**-14 to 3.8: noise
lies at about 0.01, and a row of impacts reaches 2."""

TINY = np.finfo(np.float32).tiny


def _nothing() -> NDArray[np.float32]:
    return np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Picture:
    """Spectrum, reconstruction and contributions of one snapshot, by channel and band.

    Attributes:
        edges: float32 (bands + 1,) [Hz], the borders of the bands.
        spectrum: float32 (channels, bands) [dB re 1 unit], observed band power.
        reconstruction: float32 (channels, bands) [dB], what the autoencoder expected.
        contribution: float32 (channels, bands), share of the snapshot's error; sums to 1, or all 0
            where nothing was scored.
        parts: float32 (channels, windows), share of the error that each part of the snapshot accounts for.
        envelope: float32 (channels, bins), amplitude of the squared envelope of one band relative to its
            mean, as in `envelope.carrier_envelopes`; 0 where nothing was measured. No bins: none is kept.
        envelope_step: Hz from one bin to the next, the first one at 0 Hz.
        carriers: float32 (channels, 2) [Hz], the band of each channel whose envelope it is.
        motors: figures of each motor, by its component counted from 0.
        slow: slow sensors beside vibration, as in `RingEvidence`.
    """

    edges: NDArray[np.float32]
    spectrum: NDArray[np.float32]
    reconstruction: NDArray[np.float32]
    contribution: NDArray[np.float32]
    parts: NDArray[np.float32] = field(default_factory=_nothing)
    envelope: NDArray[np.float32] = field(default_factory=_nothing)
    envelope_step: float = 0.0
    carriers: NDArray[np.float32] = field(default_factory=_nothing)
    motors: Mapping[int, MotorFigures] = field(default_factory=dict)
    slow: tuple[Mapping[str, object], ...] = ()

    def pack(self) -> bytes:
        """Pack into bytes: a line of JSON with the shape, float32 edges, float16 planes, a byte a bin."""
        shape = {
            "channels": len(self.spectrum),
            "bands": len(self.edges) - 1,
            "parts": list(self.parts.shape),
            "envelope": list(self.envelope.shape),
            "step": self.envelope_step,
            "carriers": self.carriers.tolist(),
            **({"motors": motors_plain(self.motors)} if self.motors else {}),
            **({"slow": [dict(one) for one in self.slow]} if self.slow else {}),
        }
        head = json.dumps({"v": VERSION, **shape})
        halves = (self.spectrum, self.reconstruction, self.contribution, self.parts)
        body = (
            self.edges.astype("<f4"),
            *(plane.astype("<f2") for plane in halves),
            _bytes_of(self.envelope),
        )
        return head.encode() + b"\n" + b"".join(array.tobytes() for array in body)

    @classmethod
    def unpack(cls, data: bytes) -> "Picture":
        """Unpack the result of `pack`, of this version or an earlier one.

        Raises:
            ValueError: the bytes are not a picture of a known version, or are damaged.
        """
        head, _, body = data.partition(b"\n")
        try:
            shape = json.loads(head)
            version = shape.get("v")
            found = None if version not in range(1, VERSION + 1) else _unpacked(shape, body)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError("it is not a picture, or damaged") from error
        if found is None:
            raise ValueError(f"picture version {version!r} is not known to this Raceway")
        return found


def _unpacked(shape: Mapping[str, Any], body: bytes) -> Picture:
    channels, bands = int(shape["channels"]), int(shape["bands"])
    parts_shape, envelope_shape = shape.get("parts", (0, 0)), shape.get("envelope", (0, 0))
    if min(channels, bands, *parts_shape, *envelope_shape) < 0 or len(parts_shape) != 2:
        raise ValueError("a negative count")
    edges = np.frombuffer(body, "<f4", bands + 1)
    size = 3 * channels * bands
    count = size + math.prod(parts_shape)
    halves = np.frombuffer(body, "<f2", count, offset=edges.nbytes).astype(np.float32)
    spectrum, reconstruction, contribution = halves[:size].reshape(3, channels, bands)
    levels = np.frombuffer(body, np.uint8, offset=edges.nbytes + 2 * count)
    found = Picture(
        edges,
        spectrum,
        reconstruction,
        contribution,
        halves[size:].reshape(parts_shape),
        _amplitudes_of(levels).reshape(envelope_shape),
        float(shape.get("step", 0.0)),
        np.array(shape.get("carriers", []), np.float32).reshape(-1, 2),
        motors_from(shape.get("motors")),
        tuple(one for one in items(shape.get("slow")) if isinstance(one, Mapping)),
    )
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        raise ValueError("its bands are not in order")
    for plane in (found.parts, found.envelope, found.carriers):
        if len(plane) not in (0, channels):
            raise ValueError("its parts are of different channels")
    return found


def _bytes_of(amplitude: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a byte for each amplitude, on a logarithmic scale; 0 below the scale."""
    steps = np.log2(np.maximum(amplitude, TINY))
    steps -= LOWEST
    steps *= STEPS
    np.rint(steps, out=steps)
    return np.minimum(np.maximum(steps, np.float32(0.0)), np.float32(255.0)).astype(np.uint8)


def _amplitudes_of(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the amplitudes of such bytes."""
    amplitudes = np.exp2(levels.astype(np.float32) / STEPS + LOWEST).astype(np.float32)
    return np.where(levels > 0, amplitudes, np.float32(0.0))


def loudest_channel(picture: Picture | None, channels: tuple[int, ...]) -> int:
    """Return the channel of a component, counted from 1, with most of its error."""
    if picture is None:
        return channels[0] if channels else 1
    known = [channel for channel in channels if channel <= len(picture.contribution)]
    return max(
        known,
        key=lambda channel: float(np.nan_to_num(picture.contribution[channel - 1]).sum()),
        default=channels[0] if channels else 1,
    )
