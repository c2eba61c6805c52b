"""A trained model on disk: one folder with its network, scaling, limits, history and provenance.

Plain data only: JSON, numpy arrays without pickle, and a LiteRT network. The manifest holds every file's
SHA-256. The bundle's digest covers everything that influences a score.
"""

import hashlib
import io
import json
import os
import threading
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnusableError
from engine.models.witness.forest import Forest
from engine.system.scratch import scratch
from replay.bounded_read import read_bounded

VERSION = 1
SCORING = 4
"""Version of the scoring that bundles are learned for. A change of features, smoothing or limits that moves
the scores or names of an older bundle takes the next number; `SCORED` has the numbers that are known here."""

SCORED = frozenset({1, 2, 3, SCORING})
MANIFEST = "bundle.json"
ARRAYS = "arrays.npz"
NETWORK = "network.tflite"
WEIGHTS = "weights.npz"
"""The learned values of the network's layers, in order. Exports need them; no score depends on them."""

FILES = (NETWORK, ARRAYS, WEIGHTS)
"""The files beside the manifest; bundles of earlier versions have no weights."""


class BundleError(UnusableError):
    """A bundle that cannot be used; the message names the folder or file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The healthy snapshots of a bundle: their number and their span of recording time.

    `first_seen` is the first snapshot of the run, earlier than `start` if a run-in was skipped. No snapshot
    from `first_seen` to `end` may raise an alarm, if it is of that run: `marks` are the beginnings of the
    signals' digests, by which another run with the same times is told from it. Earlier releases kept none.
    """

    count: int
    calibrated_on: int
    first_seen: datetime
    start: datetime
    end: datetime
    last_name: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Usual values on healthy snapshots that the network was not trained on; arrays are float32.

    Attributes:
        centre: (channels, features), usual value of the model's features.
        scatter: (channels, features), their healthy standard deviation.
        level: (channels,), running standard deviation.
        limit: (2, components), smoothed error that is too much, for the quick and the patient average.
        window_limit: (components,), window error at the model's plain percentile.
        calm: (snapshots, components), natural logarithm of the severities that the limits were set on.
        reach: (channels,), how far the level may shift, natural-log units of power; empty in bundles of the
            first scoring.
        latent: (snapshots, dimensions), latent positions; empty without a variational network.
        span: (4, conditions), mean, deviation, lowest and highest of each slow condition beside vibration;
            this and the following are empty without slow sensors.
        slopes: (terms, channels, features), how features follow the conditions.
        loudness: (terms, channels), how the logarithm of the level follows them.
        symptoms: (2 + terms, symptoms), mean, spread and slopes of each slow symptom.
        habits: (2, sensors), how often each sensor changes from one recording to the next, and is known.
    """

    centre: NDArray[np.float32]
    scatter: NDArray[np.float32]
    level: NDArray[np.float32]
    limit: NDArray[np.float32]
    window_limit: NDArray[np.float32]
    calm: NDArray[np.float32]
    reach: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    latent: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    span: NDArray[np.float32] = field(default_factory=lambda: np.zeros((4, 0), np.float32))
    slopes: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32))
    symptoms: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 0), np.float32))
    loudness: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    habits: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 0), np.float32))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return its arrays by name, without those that earlier bundles lack."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: array for name, array in found.items() if name not in OPTIONAL or array.size}


OPTIONAL = ("reach", "latent", "span", "slopes", "symptoms", "loudness", "habits")
"""Arrays of a calibration that a bundle may lack."""


@dataclass(frozen=True, slots=True, eq=False)
class UsualLines:
    """Strengths of a component's fault lines on the baseline, natural log.

    `centre`, `scatter` are float32 (its channels, bands, surfaces, lines), NaN where not heard.
    """

    centre: NDArray[np.float32]
    scatter: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Bundle:
    """A trained model with all that scoring needs, in memory.

    `doubts` are sentences about the baseline for the person who accepts it: what is not as in health.
    `layers` tell of the network's layers in order: kind, shape of what each gives, numbers learned; none are
    known of a bundle of an earlier Raceway. `scoring` is the version of the scoring that it was learned for.
    `weights` is the content of its file, empty in a bundle of an earlier Raceway. `renewal` tells of a new
    baseline for one component: its name, and the digest of the bundle that it was made from. `witness` is
    the second witness, None in a bundle of an earlier Raceway.
    """

    model: str
    machine: str
    sample_rate: float
    rows: int
    channels: int
    seed: int
    baseline: Baseline
    scaling: Mapping[str, NDArray[np.float32]] = field(repr=False)
    calibration: Calibration = field(repr=False)
    lines: Mapping[int, UsualLines] = field(repr=False)
    network: bytes = field(repr=False)
    history: tuple[Mapping[str, float], ...] = field(repr=False)
    settings: Mapping[str, object] = field(repr=False)
    versions: Mapping[str, str]
    doubts: tuple[str, ...] = ()
    learning_seconds: float = 0.0
    layers: tuple[Mapping[str, object], ...] = field(default=(), repr=False)
    scoring: int = SCORING
    weights: bytes = field(default=b"", repr=False)
    renewal: Mapping[str, object] = field(default_factory=dict, repr=False)
    witness: Forest | None = field(default=None, repr=False)

    def digest(self) -> str:
        """Return the SHA-256 of everything that influences a score, without times of learning."""
        content = hashlib.sha256()
        content.update(json.dumps(self._description(), sort_keys=True).encode())
        content.update(self.network)
        for name, array in sorted(self._arrays().items()):
            content.update(f"{name} {array.shape}".encode())
            content.update(np.ascontiguousarray(array, "<f4").tobytes())
        return content.hexdigest()

    def folder_name(self) -> str:
        """Return the name of its folder among others: the same bundle has the same."""
        return f"{self.model}-{self.digest()[:16]}"

    def _arrays(self) -> dict[str, NDArray[np.float32]]:
        arrays = {f"scaling.{name}": array for name, array in self.scaling.items()}
        arrays |= {f"calibration.{name}": array for name, array in self.calibration.arrays().items()}
        for component, usual in self.lines.items():
            arrays[f"lines.{component}.centre"] = usual.centre
            arrays[f"lines.{component}.scatter"] = usual.scatter
        if self.witness is not None:
            arrays |= {f"witness.{name}": array for name, array in self.witness.arrays().items()}
        return arrays

    def _description(self) -> dict[str, object]:
        return {
            "model": self.model,
            "machine": self.machine,
            "sample_rate": self.sample_rate,
            "rows": self.rows,
            "channels": self.channels,
            "seed": self.seed,
            "baseline": {
                "count": self.baseline.count,
                "calibrated_on": self.baseline.calibrated_on,
                "first_seen": self.baseline.first_seen.isoformat(),
                "start": self.baseline.start.isoformat(),
                "end": self.baseline.end.isoformat(),
                "last_name": self.baseline.last_name,
                **({"marks": list(self.baseline.marks)} if self.baseline.marks else {}),
            },
        }

    def save(self, bundles: Path) -> Path:
        """Write a new folder under `bundles`, whole or not at all; return that folder.

        Raises:
            OSError: the folder cannot be written.
        """
        digest, place = self.digest(), bundles / self.folder_name()
        if place.is_dir():
            return place
        bundles.mkdir(mode=0o700, parents=True, exist_ok=True)
        with scratch(".draft-", bundles) as draft:
            (draft / NETWORK).write_bytes(self.network)
            np.savez(draft / ARRAYS, allow_pickle=False, **self._arrays())
            if self.weights:
                (draft / WEIGHTS).write_bytes(self.weights)
            manifest = {
                "version": VERSION,
                "scoring": self.scoring,
                "digest": digest,
                "files": {name: _sha256(draft / name) for name in FILES if (draft / name).exists()},
                **self._description(),
                "history": [dict(epoch) for epoch in self.history],
                "settings": dict(self.settings),
                "versions": dict(self.versions),
                "doubts": list(self.doubts),
                "learning_seconds": self.learning_seconds,
                "layers": [dict(layer) for layer in self.layers],
                **({"renewal": dict(self.renewal)} if self.renewal else {}),
            }
            (draft / MANIFEST).write_text(json.dumps(manifest, indent=1))
            publish(draft, place)
        return place


_DAMAGED = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
    MemoryError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Exceptions for a bundle whose files are whole and whose content is nonsense."""


def _why_none(place: Path, error: Exception) -> str:
    """Return why a folder cannot be read as a bundle, and which bundles in it can."""
    if not isinstance(error, FileNotFoundError):
        return f"{MANIFEST} cannot be read: {error}"
    if not place.exists():
        return "it does not exist"
    inside = sorted(path.parent for path in place.glob(f"*/{MANIFEST}"))
    if not inside:
        return f"it holds no {MANIFEST}"
    return f"it holds {len(inside)} of them; name one, such as {inside[-1]}"


LARGEST_FILE = 2**29
"""Bytes of a file of a bundle; a network has some megabytes."""


def load_bundle(place: Path) -> Bundle:
    """Load a bundle folder, and check every file against its SHA-256.

    Raises:
        BundleError: something is missing, altered, or of another version.
    """
    try:
        manifest = json.loads(_content(place / MANIFEST))
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{place}: is not a bundle ({_why_none(place, error)})") from error
    if not isinstance(manifest, dict) or manifest.get("version") != VERSION:
        raise BundleError(f"{place}: is not a bundle of version {VERSION}; learn a new one with this Raceway")
    # The bundles before this number was written were learned for the first scoring.
    scoring = manifest.get("scoring", 1)
    if not isinstance(scoring, int) or scoring not in SCORED:
        raise BundleError(
            f"{place}: was learned for version {scoring} of the scoring, this Raceway scores by version"
            f" {SCORING}; learn again (raceway engine relearn), or use the Raceway that learned it"
        )
    try:
        for name, checksum in manifest["files"].items():
            if Path(name).name != name or _sha256(place / name) != checksum:
                raise BundleError(f"{place / name}: differs from what was learned; restore it or learn again")
        bundle = _from_manifest(manifest, place)
        digest = manifest["digest"]
    except OSError as error:
        raise BundleError(f"{place}: a file of the bundle cannot be read ({error})") from error
    except _DAMAGED as error:
        raise BundleError(f"{place / MANIFEST}: is damaged ({error!r}); learn again") from error
    if bundle.digest() != digest:
        raise BundleError(f"{place / MANIFEST}: differs from what was learned; restore it or learn again")
    return bundle


_LOADING = threading.Lock()
"""Held while arrays are loaded. numpy parses their heads as Python. On Python 3.11 that fails with "AST
constructor recursion depth mismatch" if two threads do it at once, as at the start of a plant."""


def _from_manifest(manifest: dict[str, Any], place: Path) -> Bundle:
    content = _content(place / ARRAYS)
    with _LOADING, np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    components = sorted({int(name.split(".")[1]) for name in arrays if name.startswith("lines.")})
    baseline = dict(manifest["baseline"])
    for name in ("first_seen", "start", "end"):
        baseline[name] = datetime.fromisoformat(baseline[name])
    baseline["marks"] = tuple(baseline.get("marks", ()))
    return Bundle(
        model=manifest["model"],
        machine=manifest["machine"],
        sample_rate=manifest["sample_rate"],
        rows=manifest["rows"],
        channels=manifest["channels"],
        seed=manifest["seed"],
        baseline=Baseline(**baseline),
        scaling={
            name.partition(".")[2]: array for name, array in arrays.items() if name.startswith("scaling.")
        },
        calibration=_calibration(arrays),
        witness=_witness(arrays),
        lines={
            number: UsualLines(arrays[f"lines.{number}.centre"], arrays[f"lines.{number}.scatter"])
            for number in components
        },
        network=_content(place / NETWORK),
        history=tuple(manifest["history"]),
        settings=manifest["settings"],
        versions=manifest["versions"],
        doubts=tuple(manifest["doubts"]),
        learning_seconds=manifest["learning_seconds"],
        layers=tuple(manifest.get("layers", ())),
        scoring=manifest.get("scoring", 1),
        renewal=dict(manifest.get("renewal", {})),
        weights=_content(place / WEIGHTS) if WEIGHTS in manifest["files"] else b"",
    )


def _calibration(arrays: Mapping[str, NDArray[np.float32]]) -> Calibration:
    """Rebuild the calibration, also of bundles that lack what is optional."""
    needed = [name for name in Calibration.__slots__ if name not in OPTIONAL]
    known = [name for name in OPTIONAL if f"calibration.{name}" in arrays]
    return Calibration(**{name: arrays[f"calibration.{name}"] for name in (*needed, *known)})


def _witness(arrays: Mapping[str, NDArray[np.float32]]) -> Forest | None:
    """Rebuild the second witness; earlier bundles have none."""
    found = {name.partition(".")[2]: array for name, array in arrays.items() if name.startswith("witness.")}
    return Forest(**found) if found else None


def _sha256(path: Path) -> str:
    return hashlib.sha256(_content(path)).hexdigest()


def _content(path: Path) -> bytes:
    """Read a file of a bundle whole.

    Raises:
        OSError: it cannot be read, or is not a regular file, or far too large.
    """
    return read_bounded(path, LARGEST_FILE)


def publish(draft: Path, place: Path) -> None:
    """Move a complete folder to the place of a bundle, durably; another process may have been first.

    Raises:
        OSError: it cannot be moved.
    """
    for path in draft.iterdir():
        flush(path)
    try:
        draft.rename(place)
    except OSError:
        if not place.is_dir():
            raise
    flush(place.parent)


def flush(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
