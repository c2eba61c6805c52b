"""The last running snapshots that the engine remembers."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LENGTH = 64
"""Running snapshots that are remembered: enough for a trend, and a day or less at the usual intervals."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The last running snapshots, oldest first.

    Attributes:
        at: int64 (n,), microseconds since 1970 UTC.
        severity: float32 (n, components), natural logarithm; NaN where not running.
        level: float32 (n, components), natural logarithm of the mean standard deviation of its channels.
        latent: float32 (n, dimensions), latent positions, NaN where a watched channel does not run; no
            dimensions without a variational network.
    """

    at: NDArray[np.int64]
    severity: NDArray[np.float32]
    level: NDArray[np.float32]
    latent: NDArray[np.float32] = field(default_factory=lambda: _nowhere(0))

    def __len__(self) -> int:
        """Count the snapshots."""
        return len(self.at)

    def extended(
        self,
        at: int,
        severity: NDArray[np.float64],
        level: NDArray[np.float64],
        latent: NDArray[np.float32] | None = None,
    ) -> "History":
        """Return it with one more snapshot, without those too old to remember.

        Args:
            at: its time, in microseconds since 1970 UTC.
            severity: (components,), natural logarithm.
            level: (components,), natural logarithm.
            latent: (dimensions,), its latent position; None without a variational network.
        """
        place = np.zeros(0, np.float32) if latent is None else latent
        # A state of an earlier Raceway remembers no positions: those snapshots have none.
        places = self.latent
        if places.shape != (len(self), len(place)):
            places = np.full((len(self), len(place)), np.nan, np.float32)
        return History(
            np.concatenate([self.at[1 - LENGTH :], np.array([at], np.int64)]),
            np.concatenate([self.severity[1 - LENGTH :], severity[None].astype(np.float32)]),
            np.concatenate([self.level[1 - LENGTH :], level[None].astype(np.float32)]),
            np.concatenate([places[1 - LENGTH :], place[None]]),
        )

    def after(self, at: int) -> "History":
        """Return the part after an instant, in microseconds since 1970 UTC."""
        if not len(self.at) or self.at[0] > at:
            return self
        later = self.at > at
        places = self.latent[later] if len(self.latent) else self.latent
        return History(self.at[later], self.severity[later], self.level[later], places)

    def without_levels(self) -> "History":
        """Return it without the levels so far: they belong to another operating condition."""
        return replace(self, level=np.full_like(self.level, np.nan))

    def without_severities(self, components: Sequence[int]) -> "History":
        """Return it without the severities so far of some components, counted from 0."""
        severity = self.severity.copy()
        severity[:, components] = np.nan
        return replace(self, severity=severity)

    def pack(self) -> dict[str, str]:
        """Return it as text, every bit kept."""
        return {
            "at": _text(self.at.astype("<i8")),
            "severity": _text(self.severity.astype("<f4")),
            "level": _text(self.level.astype("<f4")),
            **({"latent": _text(self.latent.astype("<f4"))} if self.latent.size else {}),
        }


def empty_history(components: int) -> History:
    """Return the history before the first snapshot."""
    nothing = np.zeros((0, components), np.float32)
    return History(np.zeros(0, np.int64), nothing, nothing)


def unpack_history(data: Mapping[str, Any], components: int) -> History:
    """Rebuild the result of `History.pack`."""
    at = np.frombuffer(base64.b64decode(data["at"]), "<i8").astype(np.int64)
    latent = _nowhere(len(at))
    if "latent" in data:
        places = np.frombuffer(base64.b64decode(data["latent"]), "<f4").astype(np.float32)
        latent = places.reshape(len(at), -1)
    return History(
        at,
        np.frombuffer(base64.b64decode(data["severity"]), "<f4").astype(np.float32).reshape(-1, components),
        np.frombuffer(base64.b64decode(data["level"]), "<f4").astype(np.float32).reshape(-1, components),
        latent,
    )


def _nowhere(count: int) -> NDArray[np.float32]:
    return np.zeros((count, 0), np.float32)


def _text(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()


def component_levels(
    levels: NDArray[np.float32],
    running: NDArray[np.bool_],
    channels: Sequence[Sequence[int]],
    usual: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return the natural logarithm of each component's level, (components,); NaN where none of it runs.

    Args:
        levels: (channels,) of the snapshot.
        running: (channels,).
        channels: of each component, counted from 1.
        usual: (channels,), level over the baseline; 0 where not known.
    """
    loud: list[float] = np.where(running, np.log(np.where(running, levels, 1.0)), np.nan).tolist()
    found = []
    for own in channels:
        heard = [number for number in own if not math.isnan(loud[number - 1])]
        mean = sum(loud[number - 1] for number in heard) / len(heard) if heard else math.nan
        if len(heard) < len(own):
            # A channel that fell silent is not a step of the machine, however loud it used to be.
            mean += _usual_level(own, usual) - _usual_level(heard, usual)
        found.append(mean)
    return np.array(found)


def _usual_level(channels: Sequence[int], usual: NDArray[np.float32]) -> float:
    """Mean natural logarithm of what is usual of some channels, as far as it is known."""
    levels = [float(usual[number - 1]) for number in channels]
    known = [math.log(one) for one in levels if one > 0]
    return sum(known) / len(known) if known else math.nan
