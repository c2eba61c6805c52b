"""Exports of a bundle's network to other file formats: ONNX, Keras, HDF5 and LiteRT."""

import importlib.util
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.bundles.bundle import NETWORK, WEIGHTS, Bundle, BundleError
from engine.config.motors import motors_in
from engine.config.slow_sensors import conditions_of
from engine.models import model_named
from engine.models.base import Model
from engine.models.mixed import used_features
from engine.models.runner import Network
from engine.scoring.method import METHODS
from engine.system.processes.child_death import death_of
from engine.system.processes.child_process import run_module
from engine.system.scratch import scratch
from engine.system.whole_file import write_bytes_whole, write_whole

CLOSE = 1e-6
"""Largest difference of an exported network's output from LiteRT's, relative to the output's largest value or
1. For inputs of more than `PLAIN` values it grows with their root, as the rounding of sums does."""

PLAIN = 1024
"""Values of an input up to which the difference does not grow."""

CHECKED = 100
"""Vectors of the check if no recordings are given."""

PACKAGES = {"onnx": ("tf2onnx", "onnxruntime"), "keras": ("keras",), "h5": ("keras", "h5py")}
"""Formats that another process writes, and the packages that it needs."""

LITE = "tflite"


@dataclass(frozen=True, slots=True)
class Exported:
    """One exported file: its format, its place, and its difference from LiteRT as in `CLOSE`."""

    format: str
    file: Path
    difference: float


def export_bundle(
    bundle: Bundle, files: Mapping[str, Path], check: NDArray[np.float32] | None = None
) -> list[Exported]:
    """Write the network of a bundle into files of other formats, each with its description beside it.

    The description, `FILE.json`, holds what turns a snapshot into the network's input, and its output into
    severities.

    Args:
        bundle: the bundle.
        files: the new file of each format: onnx, keras, h5, tflite.
        check: (n, ...) input vectors to compare with LiteRT; standard normal ones by default.

    Raises:
        BundleError: a file exists, a package is missing, the bundle keeps no weights, or an output differs.
        OSError: a file cannot be written.
    """
    for file in files.values():
        for place in (file, description_file(file)):
            if place.exists():
                raise BundleError(f"{place}: exists already; name a new file")
        if not file.absolute().parent.is_dir():
            raise BundleError(f"{file.parent}: there is no such folder; make it first")
    if not bundle.network:
        raise BundleError("the bundle has no network to export: without conditions there is none to train")
    model = model_named(
        bundle.model,
        bundle.sample_rate,
        bundle.rows,
        bundle.channels,
        motors_in(bundle.settings),
        conditions_of(bundle.settings),
    )
    by_child = [name for name in files if name != LITE]
    for name in by_child:
        _check_packages(name)
    if by_child and not bundle.weights:
        raise BundleError("the bundle keeps no weights, because an earlier Raceway learned it; learn again")
    told = json.dumps(description(bundle, model), indent=1)
    written = []
    with scratch("raceway-export-") as folder:
        differences = {LITE: 0.0, **(_converted(bundle, model, by_child, check, folder) if by_child else {})}
        for name, file in files.items():
            if differences[name] > allowed(model):
                raise BundleError(
                    f"{file}: was not written, because its outputs differ from the bundle's by"
                    f" {differences[name]:.1e} where {allowed(model):.1e} is allowed; report this"
                )
        for name, file in files.items():
            content = bundle.network if name == LITE else (folder / f"network.{name}").read_bytes()
            write_bytes_whole(file, content)
            write_whole(description_file(file), told)
            written.append(Exported(name, file, differences[name]))
    return written


def description_file(file: Path) -> Path:
    """Return the place of the description of an exported file."""
    return file.with_name(f"{file.name}.json")


def description(bundle: Bundle, model: Model) -> dict[str, object]:
    """Return what a program needs to score with the network alone, as JSON values."""
    settings = bundle.settings
    parts = settings.get("component", ())
    calibration = bundle.calibration
    method, used = METHODS[bundle.scoring], used_features(model)
    group = method.group
    return {
        "model": bundle.model,
        "digest": bundle.digest(),
        "machine": bundle.machine,
        "sample_rate": bundle.sample_rate,
        "rows": bundle.rows,
        "channels": bundle.channels,
        "components": [
            {"name": one["name"], "channels": list(one["channels"])}
            for one in (parts if isinstance(parts, list) else ())
        ],
        "averages": settings.get("limits", {}),
        "edges": model.edges.tolist(),
        "batch": Network(bundle.network).batch,
        # Adjacent bands whose worst group counts beside the whole; 0 for the whole alone.
        "group": group if 0 < group < len(model.edges) - 1 else 0,
        # Whether a fall that most bands share is taken away like a rise, within `reach`.
        "falls": method.falls,
        # Features that each channel has where some have fewer: the others are 0 and count in no mean.
        **({} if used is None else {"features_used": used.tolist()}),
        "scaling": {name: array.tolist() for name, array in bundle.scaling.items()},
        "calibration": {
            name: getattr(calibration, name).tolist()
            for name in ("centre", "scatter", "level", "limit", "window_limit", "reach")
        },
    }


def allowed(model: Model) -> float:
    """Return the largest difference that an exported network of this model may have."""
    return CLOSE * math.sqrt(max(1.0, math.prod(model.shape) / PLAIN))


def check_vectors(model: Model) -> NDArray[np.float32]:
    """Return standard normal vectors as an input, (`CHECKED`, ...): inputs of networks are standardised."""
    return np.random.default_rng(0).standard_normal((CHECKED, *model.shape)).astype(np.float32)


def _converted(
    bundle: Bundle,
    model: Model,
    formats: list[str],
    check: NDArray[np.float32] | None,
    folder: Path,
) -> dict[str, float]:
    """Write the formats into a folder by another process; return the difference of each from LiteRT."""
    request = {"model": bundle.model, "shape": model.shape, "formats": formats}
    (folder / "request.json").write_text(json.dumps(request))
    (folder / NETWORK).write_bytes(bundle.network)
    (folder / WEIGHTS).write_bytes(bundle.weights)
    np.savez(
        folder / "vectors.npz", allow_pickle=False, check=check_vectors(model) if check is None else check
    )
    child = run_module("engine.models.exporting", folder)
    if child.returncode != 0:
        raise BundleError(f"the export {death_of(child.returncode, child.stderr, 'TensorFlow').words}")
    told = json.loads(child.stdout.splitlines()[-1])
    return {name: float(told[name]) for name in formats}


def _check_packages(name: str) -> None:
    missing = [package for package in PACKAGES[name] if importlib.util.find_spec(package) is None]
    if missing:
        raise BundleError(
            f"an export to {name} needs {' and '.join(missing)}: pip install 'raceway[onnx]'"
            if name == "onnx"
            else f"an export to {name} needs {' and '.join(missing)}, which comes with Raceway; reinstall it"
        )
