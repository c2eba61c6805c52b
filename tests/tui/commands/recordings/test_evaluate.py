"""`raceway evaluate` and `raceway compare` on a small rig with a failing left bearing."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.models import MODELS
from tui.cli import app
from tui.commands.options import UNUSABLE

ROWS, HEALTHY, FAULT, COUNT = 1024, 30, 45, 60
START, STEP = datetime(2025, 3, 1), timedelta(minutes=10)
CONFIG = f"""
[machine]
name = "small rig"
sample_rate = 12800.0
shaft_speed = 0.0

[[component]]
name = "Left"
channels = [1]

[[component]]
name = "[Right]"
channels = [2]

[recording]
rows = {ROWS}
columns = 2
time_pattern = "%Y%m%dT%H%M%S"
separator = ","

[model]
healthy = "{HEALTHY}"
epochs = 2
"""

pytestmark = pytest.mark.xdist_group("evaluation")


AMISS = START + FAULT * STEP + timedelta(minutes=2)
"""A time near the onset without a snapshot."""


def name(index: int) -> str:
    return f"{START + index * STEP:%Y%m%dT%H%M%S}"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folder of recordings and the settings."""
    folder = tmp_path_factory.mktemp("rig")
    run = folder / "run"
    run.mkdir()
    chance = np.random.default_rng(7)
    for index in range(COUNT):
        signal = 0.1 * chance.standard_normal((ROWS, 2))
        if index >= FAULT:
            signal[::64, 0] += 1.5
            signal[1::64, 0] -= 1.5
        np.savetxt(run / name(index), signal, fmt="%.4f", delimiter=",")
    config = folder / "rig.toml"
    config.write_text(CONFIG)
    return run, config


def raceway(*words: object) -> Result:
    """Run a command on a screen 100 cells wide."""
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "100"})


def known(rig: tuple[Path, Path]) -> list[object]:
    """Return the arguments with the known facts of the run."""
    return [rig[0], "--config", rig[1], "--onset", name(FAULT), "--component", "Left"]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def evaluation(rig: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("evaluated") / "out"
    done = raceway(
        "evaluate", *known(rig), "--model", "dense", "--tsne", "--out", out, "--report", out / "report"
    )
    assert done.exit_code == 0, done.output
    return done, out


def test_evaluate_finds_a_loud_fault_by_windows_and_by_snapshots(evaluation: tuple[Result, Path]) -> None:
    levels = json.loads((evaluation[1] / "evaluation.json").read_text())["levels"]
    assert (levels["snapshot"]["faulty"], levels["snapshot"]["healthy"]) == (15, 45)
    assert levels["window"]["faulty"] == 15 * 11
    for one in levels.values():
        assert one["roc_auc"] > 0.9
        assert one["recall"] > 0.9


def test_evaluate_judges_the_alarms_too(evaluation: tuple[Result, Path]) -> None:
    alarms = json.loads((evaluation[1] / "evaluation.json").read_text())["alarms"]
    assert alarms["model"] == "dense"
    assert alarms["false_alarms"] == 0
    assert alarms["ranked_first"] == "Left"
    hours = (COUNT - 1 - FAULT - alarms["delay_snapshots"]) / 6
    assert alarms["gated_lead_hours"] == pytest.approx(hours, abs=1e-3)


def test_evaluate_writes_its_tables(evaluation: tuple[Result, Path]) -> None:
    out = evaluation[1]
    sweep = table(out / "sweep.csv")
    assert [row["percentile"] for row in sweep if row["level"] == "window"] == [
        "90",
        "95",
        "97.5",
        "99",
        "99.5",
        "99.9",
    ]
    assert {row["level"] for row in table(out / "roc.csv")} == {"window", "snapshot"}
    assert {row["level"] for row in table(out / "precision_recall.csv")} == {"window", "snapshot"}
    snapshots = table(out / "snapshots.csv")
    assert len(snapshots) == 2 * COUNT
    assert {row["snapshot"] for row in snapshots if row["faulty"] == "true"} == {
        name(index) for index in range(FAULT, COUNT)
    }
    assert sum(row["baseline"] == "true" for row in snapshots) == 2 * HEALTHY
    points = table(out / "tsne.csv")
    assert [row["faulty"] for row in points].count("true") == COUNT - FAULT


def test_evaluate_prints_tables_and_curves(evaluation: tuple[Result, Path]) -> None:
    text = evaluation[0].output
    for words in ("Left fails from", "Confusion, by window", "F1", "ROC, by snapshot", "t-SNE of windows"):
        assert words in text


def refuse(rate: float, rows: int, channels: int) -> NoReturn:
    raise ValueError("recording.rows: the dense model needs more")


@pytest.fixture(scope="module")
def comparison(rig: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """Return a comparison of two models; one cannot use such recordings."""
    out = tmp_path_factory.mktemp("compared") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MODELS, "dense", refuse)
        done = raceway(
            "compare",
            *known(rig),
            "--model",
            "spectral",
            "--model",
            "dense",
            "--out",
            out,
            "--report",
            out / "report",
        )
    assert done.exit_code == 0, done.output
    return done, out


def test_compare_has_a_row_for_each_model_that_could_be_tried(comparison: tuple[Result, Path]) -> None:
    row = table(comparison[1] / "comparison.csv")[0]
    assert row["model"] == "spectral"
    assert row["ranked_first"] == "Left"
    assert float(row["separation"]) > 1.0
    assert float(row["training_seconds"]) > 0.0
    assert row["epochs"] == "2"
    assert row["fault"] == ""
    for words in ("gated lead", "spectral", "Left"):
        assert words in comparison[0].output


def test_compare_says_why_another_could_not(comparison: tuple[Result, Path]) -> None:
    rows = table(comparison[1] / "comparison.csv")
    assert [row["model"] for row in rows] == ["spectral", "dense"]
    assert rows[1]["fault"] == "recording.rows: the dense model needs more"
    assert "dense: recording.rows: the dense model needs more" in comparison[0].output
    models = json.loads((comparison[1] / "comparison.json").read_text())["models"]
    assert [one["fault"] == "" for one in models] == [True, False]


def test_compare_of_no_model_that_could_be_tried_fails(
    rig: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, "dense", refuse)
    done = raceway("compare", *known(rig), "--model", "dense", "--out", tmp_path / "out")
    assert done.exit_code == UNUSABLE
    assert "no model could be tried" in done.output


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--component": "Middle"}, "--component: there is no 'Middle'; the components are Left, [Right]"),
        ({"--onset": f"{AMISS:%Y%m%dT%H%M%S}"}, f"; the nearest in time is '{name(FAULT)}'"),
        ({"--onset": f"{AMISS:%Y-%m-%d %H:%M}"}, f"; the nearest in time is '{name(FAULT)}'"),
        ({"--onset": "1999-01-01"}, f"; the nearest in time is '{name(0)}'"),
        ({"--onset": name(FAULT) + "x"}, f"; the nearest is '{name(FAULT)}'"),
        ({"--onset": name(HEALTHY - 1)}, "lies in the healthy start"),
        ({"--onset": name(HEALTHY)}, "no snapshot between the healthy start and"),
        ({"--model": "forest"}, "there is no model 'forest'; choose"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_what_cannot_be_judged_is_refused_in_a_sentence(
    rig: tuple[Path, Path], tmp_path: Path, command: str, changed: dict[str, str], sentence: str
) -> None:
    given = {"--onset": name(FAULT), "--component": "Left", "--out": str(tmp_path / "out"), **changed}
    options = [word for pair in given.items() for word in pair]
    done = raceway(command, rig[0], "--config", rig[1], *options)
    assert done.exit_code == UNUSABLE
    assert sentence in done.output
    assert "Traceback" not in done.output


# The report.

TABLES = ("performance_metrics", "confusion_matrix_details", "training_history", "model_architecture")


def test_the_report_of_an_evaluation_has_the_expected_tables(evaluation: tuple[Result, Path]) -> None:
    folder = evaluation[1] / "report"
    found = {one: table(folder / f"{one}.csv") for one in TABLES}
    metrics = {(row["level"], row["metric"]): row["value"] for row in found["performance_metrics"]}
    assert float(metrics["window", "roc_auc"]) > 0.9
    assert metrics["snapshot", "faulty"] == "15"
    cells = found["confusion_matrix_details"]
    assert len(cells) == 8
    assert sum(int(row["count"]) for row in cells if row["level"] == "snapshot") == 15 + 45
    assert [row["epoch"] for row in found["training_history"]] == ["1", "2"]
    assert all(int(row["parameters"]) >= 0 for row in found["model_architecture"])
    assert found["model_architecture"]


def test_the_report_of_an_evaluation_joins_all_plots_in_one_page(evaluation: tuple[Result, Path]) -> None:
    folder = evaluation[1] / "report"
    plots = {one.stem for one in (folder / "plots").iterdir()}
    assert plots == {
        "loss",
        "errors",
        "timeline",
        "confusion-window",
        "confusion-snapshot",
        "curves",
        "sweep",
        "contributions",
        "map-2d",
        "map-3d-pca",
        "map-3d-t-sne",
    }
    page = (folder / "report.html").read_text()
    assert all(f'<figure id="{one}"' in page for one in plots)
    assert "<script" not in page
    assert len(page) < 1_500_000
    text = (folder / "project_report.txt").read_text()
    assert text.startswith("Evaluation of dense on")
    assert all(f"plots/{one}.svg" in text for one in plots)


def test_the_report_of_a_comparison_has_models_side_by_side(comparison: tuple[Result, Path]) -> None:
    folder = comparison[1] / "report"
    (row,) = table(folder / "performance_metrics.csv")
    assert row["model"] == "spectral"
    page = (folder / "report.html").read_text()
    assert '<figure id="models"' in page
    assert "Not tried: dense" in page


def test_a_report_into_a_file_is_refused_before_anything_is_learned(
    rig: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("kept")
    done = raceway("evaluate", *known(rig), "--out", tmp_path / "out", "--report", tmp_path / "file")
    assert done.exit_code == UNUSABLE
    assert "this file is not a folder" in done.output
    assert not (tmp_path / "out").exists()
