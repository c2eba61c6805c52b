"""Imports run one way, and each package loads without forbidden libraries."""

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

import pytest

# One process remembers for all of them what a module loads.
pytestmark = pytest.mark.xdist_group("import rules")

ROOT = Path(__file__).parents[1]
SCREEN = ("textual", "rich", "typer", "plotext")
LEARNING = ("tensorflow", "keras", "sklearn")
LEARNING_ROOMS = (
    "engine.models.training",
    "engine.models.exporting",
    "engine.models.attributing",
    "engine.models.networks",
    "engine.models.witness.training",
    "engine.reports.captions.captioner",
)
"""Rooms that only a process of their own loads."""
SERVING = (
    "asyncua",
    "dask",
    "distributed",
    "fastapi",
    "paho",
    "prometheus_client",
    "psycopg",
    "python_multipart",
    "starlette",
    "uvicorn",
)
EXTRA_ROOMS = ("engine.api", "engine.opcua")
"""Rooms that only an extra can load."""


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def modules_of(room: str) -> tuple[str, ...]:
    """Return every module of a package, without the training process and any `__main__`."""
    found = walk_packages([str(ROOT / room)], prefix=f"{room}.", onerror=lambda name: None)
    names = (info.name for info in found if not info.name.endswith(".__main__"))
    return room, *sorted(name for name in names if not within(name, (*LEARNING_ROOMS, *EXTRA_ROOMS)))


@cache
def loaded_by(modules: tuple[str, ...]) -> set[str]:
    """Return the names in `sys.modules` after a new process has imported `modules`."""
    program = (
        f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def intruders(modules: tuple[str, ...], forbidden: tuple[str, ...]) -> list[str]:
    return sorted(name for name in loaded_by(modules) if within(name, forbidden))


def test_replay_knows_neither_engine_nor_screen_nor_models() -> None:
    assert intruders(modules_of("replay"), ("engine", "tui", *SCREEN, *LEARNING)) == []


def test_engine_loads_no_screen_and_no_tensorflow() -> None:
    assert intruders(modules_of("engine"), ("tui", *SCREEN, *LEARNING)) == []


@pytest.mark.parametrize("modules", [modules_of("engine"), ("tui.cli",)], ids=["engine", "command line"])
def test_engine_and_command_line_load_no_extra(modules: tuple[str, ...]) -> None:
    assert intruders(modules, SERVING) == []


def test_the_service_loads_no_screen_and_no_tensorflow() -> None:
    pytest.importorskip("fastapi", reason="needs the extra raceway[serve]")
    assert intruders(("engine.api.app",), ("tui", "textual", "typer", "plotext", *LEARNING)) == []


@pytest.mark.parametrize(
    "module",
    [
        "tui.console.app",
        "tui.screens.bearing.screen",
        "tui.cli",
        "tui.data.reader",
        "engine.assessment.key",
        "engine.store.store",
    ],
)
def test_console_starts_without_the_heavy_libraries(module: str) -> None:
    if find_spec(module) is None:
        pytest.skip(f"{module} is not there")
    assert intruders((module,), (*LEARNING, "pandas", "scipy", "ai_edge_litert")) == []


def test_a_room_that_reached_for_the_screen_would_be_found() -> None:
    assert "rich" in intruders(("rich.text",), SCREEN)
