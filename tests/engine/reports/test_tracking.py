"""Learning and trials are logged on a real MLflow server; a server that fails costs a warning.

The server needs the package mlflow, larger than all of Raceway: RACEWAY_TEST_MLFLOW names its program.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.config.settings import Settings, SettingsError, load_settings
from engine.reports import tracking
from engine.reports.tracking import Tracked, learning_parameters, track
from engine.system.processes.child_process import environment

pytestmark = pytest.mark.xdist_group("mlflow")

has_client = pytest.mark.skipif(
    tracking.importlib.util.find_spec("mlflow") is None,
    reason="needs the extra: pip install 'raceway[mlflow]'",
)


def with_server(address: str) -> Settings:
    return load_settings(overrides={"tracking.mlflow": address})


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start an MLflow server on loopback; stop it at the end."""
    program = os.environ.get("RACEWAY_TEST_MLFLOW")
    if not program:
        pytest.skip("needs a server: set RACEWAY_TEST_MLFLOW to the program mlflow of an environment with it")
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    child = subprocess.Popen(
        [
            program,
            "server",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--backend-store-uri",
            f"sqlite:///{folder}/runs.db",
            "--artifacts-destination",
            str(folder / "artifacts"),
            "--workers",
            "1",
        ],
        cwd=folder,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"},
        stdout=(folder / "out.txt").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 120
        while True:
            assert child.poll() is None, (folder / "out.txt").read_text()
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < end, (folder / "out.txt").read_text()
                time.sleep(0.2)
        yield address
    finally:
        os.killpg(child.pid, 15)
        child.wait(30)


def asked(server: str, path: str, **body: object) -> dict[str, object]:
    """Return the answer of the server's own interface."""
    request = urllib.request.Request(
        f"{server}/api/2.0/mlflow/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        told: dict[str, object] = json.load(answer)
    return told


@has_client
def test_a_run_arrives_with_parameters_metrics_by_epoch_tags_and_files(server: str, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "bundle.json").write_text("{}")
    settings = with_server(server)
    run = Tracked(
        "learn spectral",
        learning_parameters(settings),
        {"learning_seconds": 2.5},
        [
            {"epoch": 1, "loss": 3.0, "validation_loss": 4.0},
            {"epoch": 2, "loss": 2.0, "validation_loss": 3.0},
        ],
        [tmp_path / "bundle"],
        {"digest": "abc"},
    )
    assert track(settings, run) == ""
    found = asked(server, "runs/search", experiment_ids=["1"])
    (logged,) = found["runs"]  # type: ignore[misc]
    assert logged["info"]["run_name"] == "learn spectral"  # type: ignore[index]
    assert logged["info"]["status"] == "FINISHED"  # type: ignore[index]
    data = logged["data"]  # type: ignore[index]
    parameters = {one["key"]: one["value"] for one in data["params"]}
    assert parameters["model.name"] == "spectral"
    assert parameters["machine.sample_rate"] == "20480.0"
    metrics = {one["key"]: (one["value"], one.get("step", 0)) for one in data["metrics"]}
    assert metrics["loss"] == (2.0, 2)
    assert metrics["learning_seconds"] == (2.5, 0)
    tags = {one["key"]: one["value"] for one in data["tags"]}
    assert tags["digest"] == "abc"
    assert tags["machine"] == settings.machine.name
    name = logged["info"]["run_id"]  # type: ignore[index]
    with urllib.request.urlopen(
        f"{server}/api/2.0/mlflow/artifacts/list?run_id={name}&path=bundle", timeout=30
    ) as answer:
        assert [one["path"] for one in json.load(answer)["files"]] == ["bundle/bundle.json"]


@has_client
def test_a_server_that_is_down_is_a_sentence_and_no_failure() -> None:
    failure = track(with_server(f"http://127.0.0.1:{free_port()}"), Tracked("learn", {}, {}))
    assert failure.startswith("not logged on http://127.0.0.1:")
    assert "\n" not in failure


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking.importlib.util, "find_spec", lambda _: None)
    failure = track(with_server("http://127.0.0.1:1"), Tracked("learn", {}, {}))
    assert "pip install 'raceway[mlflow]'" in failure


def test_without_a_server_mlflow_is_not_imported() -> None:
    program = (
        "import sys\n"
        "from engine.config.settings import load_settings\n"
        "from engine.reports.tracking import Tracked, track\n"
        "assert track(load_settings(), Tracked('learn', {}, {})) == ''\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] == 'mlflow']\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True, timeout=60)


def test_tracking_changes_no_fingerprint() -> None:
    assert with_server("http://127.0.0.1:1").fingerprint() == load_settings().fingerprint()


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://me:secret@host:5000", "must hold no name or password"), ("runs", "must be the address")],
)
def test_an_address_that_does_not_fit_is_refused(address: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        with_server(address)
