"""Values pickled with their arrays apart, so that the arrays are copied once or read where they lie."""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ALIGNED = 64
"""Every array begins at a multiple of so many bytes: NumPy copies one that lies across its words."""

Span = tuple[int, int]
"""First byte of an array, and the byte behind its last one."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A value on its way to another process.

    Attributes:
        plain: the pickled value without its arrays.
        arrays: their bytes.
        spans: place of each array in a memory that begins at a multiple of `ALIGNED`.
    """

    plain: bytes
    arrays: tuple[memoryview, ...]
    spans: tuple[Span, ...]

    @property
    def size(self) -> int:
        """Return the bytes of memory that the arrays need."""
        return self.spans[-1][1] if self.spans else 0


def taken_apart(value: object) -> Apart:
    """Pickle a value with its arrays apart."""
    buffers: list[pickle.PickleBuffer] = []
    plain = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append)
    arrays = tuple(buffer.raw() for buffer in buffers)
    spans, start = [], 0
    for array in arrays:
        spans.append((start, start + len(array)))
        start = aligned(start + len(array))
    return Apart(plain, arrays, tuple(spans))


def put_together(plain: bytes, spans: Sequence[Span], memory: memoryview) -> Any:
    """Return the value of `Apart.plain`, whose arrays lie in a memory and are not copied."""
    return pickle.loads(plain, buffers=[memory[start:end] for start, end in spans])


def aligned(place: int) -> int:
    """Return the next multiple of `ALIGNED`."""
    return -(-place // ALIGNED) * ALIGNED
