"""Raw binary numbers: which type they likely have, and the settings that a person states for them."""

import contextlib
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from replay.formats.reading import nature_of_bytes
from replay.formats.sniff import Kind, identify
from replay.recording import NUMBER_TYPES, RecordingError, RecordingFormat, clean_text

LOOKED_AT = 65_536
"""Bytes of a file that its type is guessed from."""

_SMALLEST, _LARGEST = 1e-12, 1e9
"""Magnitudes between which the numbers of a sensor lie."""

_MOSTLY = 0.99
_LAGS = range(1, 9)


@dataclass(frozen=True, slots=True)
class RawNumbers:
    """The statements of a person about raw binary files.

    Attributes:
        number_type: of `NUMBER_TYPES`, with ">" where the highest byte comes first.
        channels: numbers of a row.
        rate: [Hz]; 0 where it is not known.
        skip: bytes of a header.
    """

    number_type: str
    channels: int
    rate: float = 0.0
    skip: int = 0

    @property
    def fault(self) -> str:
        """Return why they cannot be read; empty where they can."""
        if self.number_type.lstrip("<>") not in NUMBER_TYPES:
            return f"the type of the numbers is one of {', '.join(NUMBER_TYPES)}, not {self.number_type!r}"
        return ""

    def form(self) -> RecordingFormat:
        """Return the format that reads them."""
        return RecordingFormat(
            "", 1.0, self.channels, 1, format="raw", number_type=self.number_type, skip=self.skip
        )


def likely_type(head: bytes) -> str:
    """Return the likely type of raw numbers.

    Floating point numbers have the magnitudes of a sensor's values. For whole numbers, the likely order of
    bytes is the one in which values follow each other more smoothly.

    Args:
        head: the first bytes, without a header.
    """
    for name in ("<f8", ">f8", "<f4", ">f4"):
        values = _read(head, name)
        size = np.abs(values)
        with np.errstate(invalid="ignore"):
            is_fit = np.isfinite(values) & ((size == 0) | ((size > _SMALLEST) & (size < _LARGEST)))
        if len(values) > 1 and is_fit.mean() >= _MOSTLY and size.any():
            return (">" if name[0] == ">" else "") + ("float64" if name[1:] == "f8" else "float32")
    wide = _read(head, "<i4")
    if len(wide) > 1 and (np.abs(wide) < 2**24).mean() >= _MOSTLY and _is_wide(wide):
        return "int32"
    little, big = _roughness(_read(head, "<i2")), _roughness(_read(head, ">i2"))
    return "int16" if little <= big else ">int16"


def _read(head: bytes, kind: str) -> NDArray[np.float64]:
    width = int(kind[-1])
    with np.errstate(invalid="ignore"):
        return np.frombuffer(head[: len(head) // width * width], kind).astype(np.float64)


def _is_wide(values: NDArray[np.float64]) -> bool:
    """Return whether the upper halves of whole numbers merely continue their signs."""
    return bool((np.abs(values) < 2**24).all() and np.isin(np.floor(values / 2**24), (-1, 0)).all())


def _roughness(values: NDArray[np.float64]) -> float:
    """Return the smallest step between values a few apart, over their spread."""
    spread = float(values.std()) if len(values) > 2 * len(_LAGS) else 0.0
    if not spread:
        return 2.0
    return min(float(np.abs(values[lag:] - values[:-lag]).mean()) for lag in _LAGS) / spread


def head_of_raw(folder: Path, names: Iterable[str]) -> bytes:
    """Return the first bytes of a binary file of an unknown kind; empty where there is none."""
    for name in names:
        with contextlib.suppress(OSError), (folder / name).open("rb") as file:
            head = file.read(LOOKED_AT)
            if identify(head, name) is Kind.UNKNOWN and head.strip(b"\0") and not nature_of_bytes(head):
                return head
    return b""


def command_of_raw(path: Path, head: bytes) -> str:
    """Return the command that reads raw numbers, as a sentence; channels and rate are examples."""
    shown = shlex.quote(clean_text(str(path)))
    kind = shlex.quote(likely_type(head))
    return f"State its numbers, such as: raceway init {shown} --type {kind} --channels 2 --rate 25600"


def check_raw(path: Path, name: str) -> None:
    """Reject a file that is plainly no raw numbers, such as a description beside them.

    Raises:
        OSError: it cannot be read.
        RecordingError: it says what it is.
    """
    with path.open("rb") as file:
        kind = identify(file.read(LOOKED_AT), name)
    if kind is not Kind.UNKNOWN:
        raise RecordingError(clean_text(name), f"it is {kind.words}, not raw numbers")
