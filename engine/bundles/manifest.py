"""The facts of a bundle, read from its manifest without loading the model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from replay.bounded_read import read_bounded
from replay.recording import clean_text


def bundle_place(state: Path, key: str) -> Path | None:
    """Return the folder of the bundle that an assessment uses, if it is beside the store."""
    try:
        name = str(json.loads(read_bounded(state / "bundles" / f"{key}.json", LARGEST))["bundle"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    place = state / "bundles" / Path(name).name
    return place if place.is_dir() else None


LARGEST = 4_000_000
"""Most bytes read of a manifest; a real one has some ten thousand."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a network: its kind, its output shape, the number of learned values."""

    kind: str
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """The facts of a bundle's manifest, unchecked: the engine checks a bundle before it scores."""

    name: str
    model: str
    seed: int
    digest: str
    snapshots: int
    calibrated_on: int
    start: datetime
    end: datetime
    epochs: int
    learning_seconds: float
    doubts: tuple[str, ...]
    layers: tuple[Layer, ...]
    in_use: bool


def bundle_folders(state: Path) -> list[Path]:
    """Return the folders of bundles beside a store, in order of name."""
    try:
        return sorted(
            place
            for place in (state / "bundles").iterdir()
            if place.is_dir() and not place.name.startswith(".")
        )
    except OSError:
        return []


def read_facts(place: Path, *, in_use: bool = False) -> BundleFacts | None:
    """Return the facts of a bundle's manifest; None if it cannot be read."""
    try:
        told: Any = json.loads(read_bounded(place / "bundle.json", LARGEST))
        baseline = told["baseline"]
        return BundleFacts(
            name=clean_text(place.name),
            model=clean_text(str(told["model"])),
            seed=int(told["seed"]),
            digest=clean_text(str(told["digest"])),
            snapshots=int(baseline["count"]),
            calibrated_on=int(baseline["calibrated_on"]),
            start=datetime.fromisoformat(baseline["start"]),
            end=datetime.fromisoformat(baseline["end"]),
            epochs=len(told["history"]),
            learning_seconds=float(told.get("learning_seconds", 0.0)),
            doubts=tuple(clean_text(str(one)) for one in told.get("doubts", ())),
            layers=tuple(_layer(one) for one in told.get("layers", ())),
            in_use=in_use,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _layer(told: Mapping[str, Any]) -> Layer:
    shape = tuple(int(size) for size in told["shape"])
    return Layer(clean_text(str(told["kind"])), shape, int(told["parameters"]))
