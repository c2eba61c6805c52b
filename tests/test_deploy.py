"""Containers, dashboard and alert rules, as far as they can be tried without a container engine."""

import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from engine.api import metrics
from engine.store.store import Store

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
METRIC = re.compile(r"\braceway_\w+")

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="no promtool here; on Debian it comes with: apt install prometheus",
)


def instructions(name: str) -> list[str]:
    """Return the arguments of an instruction of the Dockerfile."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name}\s+(.*)$", joined, re.MULTILINE)


def promtool(*arguments: str, given: str = "") -> None:
    done = subprocess.run(
        ["promtool", *arguments],
        cwd=DEPLOY / "prometheus",
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def exposed() -> set[str]:
    """Return the names of all metrics."""
    return {family.name for family in metrics._Families([], [], 0, metrics.wall_clock()).collect()}


def test_every_step_of_the_images_is_a_script_that_can_be_tried() -> None:
    steps = instructions("RUN")
    assert steps
    for step in steps:
        script = ROOT / step.split()[0]
        assert os.access(script, os.X_OK), script
        subprocess.run(["sh", "-n", script], check=True)


def test_images_run_as_an_account_without_rights_and_have_a_health_check() -> None:
    targets = re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE)
    assert targets == ["base", "engine", "learn", "serve"]
    assert set(instructions("USER")) == {"10001:10001"}
    assert len(instructions("USER")) == len(instructions("HEALTHCHECK")) == len(targets) - 1


@pytest.mark.parametrize("number", range(3))
def test_commands_of_the_images_exist(number: int) -> None:
    words = json.loads(instructions("CMD")[number])
    done = subprocess.run(
        [sys.executable, "-c", "from tui.cli import main; main()", *_without_values(words), "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for option in (one for one in words if one.startswith("--")):
        assert option in done.stdout


def _without_values(words: list[str]) -> list[str]:
    end = next(number for number, word in enumerate(words) if word.startswith(("-", "/")))
    return words[:end]


def test_only_the_learning_image_has_tensorflow() -> None:
    assert [one for one in instructions("RUN") if "learning" in one.split()] == [
        "deploy/install.sh /opt/raceway - learning"
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert any(one.startswith("tensorflow") for one in project["dependencies"])


def test_health_check_of_the_service_needs_its_answer() -> None:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/ping" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            place = f"http://127.0.0.1:{server.server_port}"
            codes = [
                subprocess.run(
                    [sys.executable, DEPLOY / "ping.py", place + path], stderr=subprocess.DEVNULL, check=False
                ).returncode
                for path in ("/ping", "/other")
            ]
        finally:
            server.shutdown()
    assert codes == [0, 1]


def test_compose_file_is_valid_by_its_schema() -> None:
    pytest.importorskip("check_jsonschema", reason="needs check-jsonschema")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_that_the_compose_file_mounts_exist() -> None:
    mounted = re.findall(r"- (\./deploy/[^:]+):", (ROOT / "compose.yaml").read_text())
    assert mounted
    assert all((ROOT / one).exists() for one in mounted)
    targets = re.findall(r"target: \"?(?:\$\{RACEWAY_TARGET:-)?(\w+)", (ROOT / "compose.yaml").read_text())
    assert set(targets) <= set(re.findall(r"AS (\w+)", DOCKERFILE))
    for step in instructions("RUN"):
        assert shlex.split(step)[0].startswith("deploy/")


@pytest.mark.parametrize("file", ["prometheus/raceway-rules.yml", "grafana/dashboards/raceway.json"])
def test_rules_and_dashboard_name_metrics_that_exist(file: str) -> None:
    text = (DEPLOY / file).read_text()
    named = set(METRIC.findall(text))
    assert len(named) >= 6
    assert named <= exposed()


@needs_promtool
def test_alert_rules_fire_when_they_should() -> None:
    promtool("check", "rules", "raceway-rules.yml")
    promtool("test", "rules", "raceway-rules-test.yml")


@needs_promtool
def test_metrics_follow_the_conventions(assessed_sample: Path) -> None:
    with Store.open(assessed_sample, read_only=True) as store:
        told = metrics.exposition(store).decode()
    promtool("check", "metrics", given=told)
