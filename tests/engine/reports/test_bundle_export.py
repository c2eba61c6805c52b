"""An exported network gives the outputs of the bundle; what cannot be exported is refused in one sentence."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from typer.testing import CliRunner

from engine.bundles.bundle import BundleError, load_bundle
from engine.bundles.packed import load_packed, pack_bundle
from engine.config.channels import layout_of
from engine.diagnosis.surface import Diagnostician
from engine.evaluation.network_inputs import network_inputs
from engine.models import model_named
from engine.models.runner import Network
from engine.reports import bundle_export as exports
from engine.reports.bundle_export import allowed, export_bundle
from engine.scoring.errors import component_errors
from engine.scoring.method import METHODS
from engine.scoring.scorer import Scorer
from engine.system.processes.child_process import environment
from tests.engine.rigs import SmallRig
from tui.cli import app

HAS_ONNX = (
    importlib.util.find_spec("tf2onnx") is not None and importlib.util.find_spec("onnxruntime") is not None
)
needs_onnx = pytest.mark.skipif(not HAS_ONNX, reason="needs the extra: pip install 'raceway[onnx]'")

FORMATS = ("keras", "h5", "tflite", *(("onnx",) if HAS_ONNX else ()))


@pytest.fixture(scope="module")
def exported(small_rig: SmallRig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the small rig's network in every format, checked on its own recordings."""
    folder = tmp_path_factory.mktemp("exported")
    vectors = network_inputs(small_rig.bundle, small_rig.settings, small_rig.run)
    told = export_bundle(small_rig.bundle, {name: folder / f"out.{name}" for name in FORMATS}, vectors)
    model = model_named("spectral", small_rig.bundle.sample_rate, small_rig.bundle.rows, 2)
    assert [one.format for one in told] == list(FORMATS)
    assert all(one.difference <= allowed(model) for one in told)
    return folder


def test_every_format_has_its_description_beside_it(exported: Path, small_rig: SmallRig) -> None:
    for name in FORMATS:
        told = json.loads((exported / f"out.{name}.json").read_text())
        assert told["digest"] == small_rig.bundle.digest()
        assert (told["rows"], told["channels"]) == (small_rig.bundle.rows, small_rig.bundle.channels)
        assert [one["name"] for one in told["components"]] == [
            one.name for one in small_rig.settings.components
        ]


def test_the_lite_file_is_the_network_of_the_bundle(exported: Path, small_rig: SmallRig) -> None:
    content = (exported / "out.tflite").read_bytes()
    assert content == small_rig.bundle.network
    Interpreter(model_content=content).allocate_tensors()


@needs_onnx
def test_onnxruntime_gives_the_outputs_of_the_bundle_for_real_inputs(
    exported: Path, small_rig: SmallRig
) -> None:
    import onnxruntime

    vectors = network_inputs(small_rig.bundle, small_rig.settings, small_rig.run)
    session = onnxruntime.InferenceSession(str(exported / "out.onnx"), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"vectors": vectors})
    expected = _lite(small_rig, vectors)
    assert np.abs(found - expected).max() <= 1e-6 * max(1.0, np.abs(expected).max())


def _lite(rig: SmallRig, vectors: np.ndarray) -> np.ndarray:
    return Network(rig.bundle.network).run(vectors)[0]


@needs_onnx
def test_the_example_gives_the_errors_of_the_scorer(exported: Path, small_rig: SmallRig) -> None:
    example = _example()
    scorer = Scorer(small_rig.bundle, layout_of(small_rig.settings), Diagnostician(small_rig.settings))
    group = METHODS[small_rig.bundle.scoring].group
    for index in (0, len(small_rig.run) - 1):
        snapshot = small_rig.run.read(index)
        seen = scorer.examine(snapshot)
        expected = component_errors(seen.residual, seen.running, scorer.layout.channels, group)
        values = scorer.layout.values(snapshot.signal)
        found = example.errors(str(exported / "out.onnx"), values)
        assert list(found.values()) == pytest.approx(expected, rel=1e-3)


def _example() -> ModuleType:
    file = Path(__file__).parents[3] / "docs" / "edge_example.py"
    spec = importlib.util.spec_from_file_location("edge_example", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_export_loads_no_tensorflow_into_this_process(small_rig: SmallRig, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from engine.bundles.bundle import load_bundle\n"
        "from engine.reports.bundle_export import export_bundle\n"
        "export_bundle(load_bundle(Path(sys.argv[1])), {'tflite': Path(sys.argv[2])})\n"
        "assert not {'tf2onnx', 'keras', 'tensorflow', 'onnxruntime'} & set(sys.modules)\n"
    )
    out = tmp_path / "out.tflite"
    subprocess.run(
        [sys.executable, "-c", program, str(small_rig.bundle_folder), str(out)],
        env=environment(),
        check=True,
        timeout=60,
    )
    assert out.exists()


def test_nothing_is_written_over(small_rig: SmallRig, tmp_path: Path) -> None:
    (tmp_path / "out.tflite").write_text("mine")
    with pytest.raises(BundleError, match="exists already"):
        export_bundle(small_rig.bundle, {"tflite": tmp_path / "out.tflite"})
    assert (tmp_path / "out.tflite").read_text() == "mine"


def test_an_output_that_differs_is_not_written(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert: Callable[..., dict[str, float]] = lambda *_: {"keras": 1e-3}  # noqa: E731
    monkeypatch.setattr(exports, "_converted", convert)
    with pytest.raises(BundleError, match=r"differ from the bundle's by 1\.0e-03"):
        export_bundle(small_rig.bundle, {"keras": tmp_path / "out.keras"})
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(exports.PACKAGES, "onnx", ("no_such_package",))
    with pytest.raises(BundleError, match=r"no_such_package: pip install 'raceway\[onnx\]'"):
        export_bundle(small_rig.bundle, {"onnx": tmp_path / "out.onnx"})


def test_a_bundle_without_weights_says_learn_again(small_rig: SmallRig, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="keeps no weights, because an earlier Raceway learned it"):
        export_bundle(replace(small_rig.bundle, weights=b""), {"keras": tmp_path / "out.keras"})


def test_weights_survive_packing_and_count_for_no_digest(small_rig: SmallRig, tmp_path: Path) -> None:
    pack_bundle(small_rig.bundle_folder, tmp_path / "packed")
    assert load_packed(tmp_path / "packed").weights == load_bundle(small_rig.bundle_folder).weights != b""
    without = replace(small_rig.bundle, weights=b"")
    assert without.digest() == small_rig.bundle.digest()
    assert load_bundle(without.save(tmp_path / "older")).weights == b""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name at least one file"),
        (["--tflite", "missing/out.tflite"], "there is no such folder"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["bundle", "export", str(small_rig.bundle_folder), *arguments])
    assert done.exit_code == 2
    assert said in done.output
    assert len(done.output.strip().splitlines()) <= 2


def test_the_command_exports_and_says_how_close(small_rig: SmallRig, tmp_path: Path) -> None:
    out = tmp_path / "out.tflite"
    done = CliRunner().invoke(app, ["bundle", "export", str(small_rig.bundle_folder), "--tflite", str(out)])
    assert done.exit_code == 0, done.output
    assert "within 0.0e+00" in done.output
    assert out.exists()
