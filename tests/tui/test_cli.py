"""The command line: errors give one sentence and an exit code; success gives three files."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.bundles.bundle import load_bundle
from engine.config.settings import load_settings
from engine.records.assessment import Quality
from engine.records.events import RINGS, EventKind, NewEvent
from engine.store.store import Store
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_HEALTHY,
    WALL,
    SmallRig,
    events_of,
    only_assessment,
    text_of,
    urgent,
)
from tests.engine.store_items import acknowledge, begin
from tui.cli import app
from tui.commands.options import FAILED, UNUSABLE

SCORES = "snapshot,time,component,error,limit,severity,quality,baseline"
ALARMS = (
    "source,component,priority,cause,surface,raised_snapshot,raised_at,cleared_at,acknowledged_at,"
    "acknowledged_wall_at,acknowledged_by,peak_severity,because"
)
SUMMARY = [
    "snapshots",
    "scored",
    "rejected",
    "baseline",
    "doubts",
    "alarms",
    "model",
    "seed",
    "learning_seconds",
    "scoring_seconds",
    "snapshots_per_second",
]
ISO_Z = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def raceway(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def sentence(result: Result, code: int) -> str:
    """Return the only line on standard error of a command that ended with this code."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("raceway: ")
    return line.removeprefix("raceway: ")


@pytest.fixture
def score(small_rig: SmallRig, tmp_path: Path) -> Callable[..., Result]:
    """Score the small rig's run with its bundle, or another run."""

    def command(*more: object, run: Path = small_rig.run.folder) -> Result:
        given = ["--out", tmp_path / "out", "--config", small_rig.config, "--bundle", small_rig.bundle_folder]
        return raceway("score", run, *given, *more)

    return command


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# Errors


def test_run_that_does_not_exist_is_named(tmp_path: Path) -> None:
    said = sentence(raceway("score", tmp_path / "nowhere", "--out", tmp_path / "out"), UNUSABLE)
    assert said == f"{tmp_path}/nowhere does not exist"
    assert not (tmp_path / "out").exists()


def test_empty_folder_holds_no_recordings(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    said = sentence(raceway("score", tmp_path / "run", "--out", tmp_path / "out"), UNUSABLE)
    assert said == f"{tmp_path}/run holds no recordings"


@pytest.mark.parametrize("command", ["score", "replay", "attach"])
def test_unknown_key_is_named_with_its_line_and_the_nearest(tmp_path: Path, command: str) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("[alarms]\n\npersistance = 4\n")
    given = {"score": [tmp_path, "--out", tmp_path / "out"], "replay": [tmp_path], "attach": []}[command]
    said = sentence(raceway(command, *given, "--config", config), UNUSABLE)
    expected = "line 3: alarms.persistance is not a setting; the nearest is alarms.persistence."
    assert said == f"{config}, {expected}"


def test_value_of_the_wrong_type_is_an_error_of_the_command(tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('[alarms]\npersistence = "often"\n')
    said = sentence(raceway("score", tmp_path, "--out", tmp_path / "out", "--config", config), UNUSABLE)
    assert "line 2: alarms.persistence must be a whole number" in said


def test_unknown_rig_and_senseless_healthy_start_are_errors_of_the_command(tmp_path: Path) -> None:
    out = ["--out", tmp_path / "out"]
    assert "'ims-set4' is not a rig preset" in sentence(
        raceway("score", tmp_path, *out, "--rig", "ims-set4"), UNUSABLE
    )
    assert "must be a number of snapshots" in sentence(
        raceway("score", tmp_path, *out, "--healthy", "some"), UNUSABLE
    )


def test_files_of_eight_columns_are_advised_to_use_the_preset_that_fits(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for minute in range(10, 60):
        signal = np.random.default_rng(minute).normal(size=(4, 8))
        (run / f"2003.10.22.12.{minute}.24").write_bytes(text_of(signal))
    said = sentence(raceway("score", run, "--out", tmp_path / "out", "--json"), UNUSABLE)
    assert "it has 8 columns separated by tabs where 4 are expected" in said
    assert "name the watched columns in the channels of [[component]]" in said
    assert "use the preset that fits: --rig ims-set1" in said


def test_folder_that_is_no_bundle_is_named(score: Callable[..., Result], tmp_path: Path) -> None:
    said = sentence(score("--bundle", tmp_path), UNUSABLE)
    assert said.startswith(f"{tmp_path}: is not a bundle")


def test_output_that_cannot_be_written_is_a_failure(score: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert str(tmp_path / "out") in sentence(score("--json"), FAILED)


def test_store_that_is_no_database_is_a_failure(score: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "raceway.db").write_text("a shopping list, " * 100)
    said = sentence(score("--state", tmp_path, "--json"), FAILED)
    assert "is not a Raceway store (file is not a database); name another --state" in said
    assert "just now" not in said


def test_attaching_where_no_store_is_says_what_to_do(tmp_path: Path) -> None:
    said = sentence(raceway("attach", "--state", tmp_path), FAILED)
    assert "there is no store here yet; start a run first, or name another --state" in said
    assert list(tmp_path.iterdir()) == []


def test_looking_into_a_store_without_an_assessment_says_so(tmp_path: Path, small_rig: SmallRig) -> None:
    Store.open(tmp_path, create=True).close()
    said = sentence(raceway("snapshot", "--state", tmp_path), UNUSABLE)
    assert said == f"{tmp_path}: the store holds no assessment yet; start a run first"
    other = raceway("snapshot", "--state", small_rig.state, "--machine", "nobody's")
    assert 'no assessment of machine "nobody\'s"; it holds small rig' in sentence(other, UNUSABLE)


def test_unknown_option_is_an_error_of_the_command() -> None:
    assert raceway("score", "--nonsense").exit_code == UNUSABLE


# Success


def test_score_writes_the_three_documented_files(score: Callable[..., Result], tmp_path: Path) -> None:
    result = score()
    assert result.exit_code == 0
    assert f"scored {SMALL_COUNT} of {SMALL_COUNT} snapshots; results are in {tmp_path}/out" in result.stdout
    out = tmp_path / "out"
    assert (out / "scores.csv").read_text().splitlines()[0] == SCORES
    assert (out / "alarms.csv").read_text().splitlines()[0] == ALARMS
    assert list(json.loads((out / "summary.json").read_text())) == SUMMARY
    assert (out / "store" / "raceway.db").is_file()


def test_score_ends_with_what_rang_and_why(score: Callable[..., Result], tmp_path: Path) -> None:
    result = score()
    (alarm,) = rows(tmp_path / "out" / "alarms.csv")
    assert " × limit when raised; " in alarm["because"]
    start = f"1 {alarm['priority']}: {alarm['component']}, "
    (last,) = [line for line in result.stdout.splitlines() if line.startswith(start)]
    assert f"since {datetime.fromisoformat(alarm['raised_at']):%Y-%m-%d %H:%M:%S}" in last
    counts = json.loads((tmp_path / "out" / "summary.json").read_text())["alarms"]
    assert counts == {"high": 0, "medium": 0, "low": 0} | {alarm["priority"]: 1}


def test_scores_are_one_row_a_component_and_snapshot(
    score: Callable[..., Result], small_rig: SmallRig, tmp_path: Path
) -> None:
    score()
    found = rows(tmp_path / "out" / "scores.csv")
    entries = small_rig.run.entries
    assert [(row["snapshot"], row["component"]) for row in found] == [
        (entry.name, component) for entry in entries for component in ("Left", "Right")
    ]
    assert all(ISO_Z.fullmatch(row["time"]) for row in found)
    assert [datetime.fromisoformat(row["time"]) for row in found[::2]] == [entry.time for entry in entries]
    assert [row["baseline"] for row in found[::2]] == [
        "true" if number < SMALL_HEALTHY else "false" for number in range(SMALL_COUNT)
    ]
    with Store.open(small_rig.state) as store:
        series = store.series(only_assessment(store))
    for name in ("error", "limit", "severity"):
        assert [float(row[name]) for row in found] == getattr(series, name).ravel().tolist()
    assert {row["quality"] for row in found} == {Quality.RUNNING.value}


def test_alarms_have_empty_fields_for_what_has_not_happened(
    score: Callable[..., Result], small_rig: SmallRig, tmp_path: Path
) -> None:
    score()
    (alarm,) = rows(tmp_path / "out" / "alarms.csv")
    (raised,) = urgent(events_of(small_rig.state))
    assert (alarm["source"], alarm["component"], alarm["cause"]) == ("component", "Right", "limit")
    assert alarm["raised_snapshot"] == raised.detail["snapshot"]
    assert datetime.fromisoformat(alarm["raised_at"]) == raised.at
    assert ISO_Z.fullmatch(alarm["raised_at"])
    assert alarm["priority"] in ("medium", "high")
    severities = [
        float(row["severity"])
        for row in rows(tmp_path / "out" / "scores.csv")
        if row["component"] == "Right" and row["time"] >= alarm["raised_at"]
    ]
    assert float(alarm["peak_severity"]) == max(severities)
    for name in ("cleared_at", "acknowledged_at", "acknowledged_wall_at", "acknowledged_by"):
        assert alarm[name] == ""


def test_alarms_tell_who_acknowledged_in_the_named_session_only(small_rig: SmallRig, tmp_path: Path) -> None:
    state = Path(shutil.copytree(small_rig.state, tmp_path / "state"))
    ring = [event for event in events_of(state) if event.kind in RINGS][-1]
    with Store.open(state) as store:
        acknowledge(store, only_assessment(store), ring, "ada", "monday", ring.at)
    found = {}
    for session in ("", "monday"):
        more = ["--session", session] if session else []
        given = ["--out", tmp_path / "out", "--config", small_rig.config, "--state", state]
        assert raceway("score", small_rig.run.folder, *given, *more).exit_code == 0
        (found[session],) = rows(tmp_path / "out" / "alarms.csv")
    assert found[""]["acknowledged_by"] == ""
    assert found["monday"]["acknowledged_by"] == "ada"
    assert datetime.fromisoformat(found["monday"]["acknowledged_at"]) == ring.at
    assert found["monday"]["acknowledged_wall_at"] == "2026-01-05T03:00:00Z"
    refused = raceway("score", small_rig.run.folder, *given, "--session", "munday")
    assert refused.exit_code == UNUSABLE
    assert "no session 'munday'; the nearest is 'monday'" in refused.stderr


def test_json_is_one_object_on_standard_output_and_the_same_as_the_file(
    score: Callable[..., Result], small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    (folder / "notes.txt").write_text("greased on Monday")
    result = score("--json", run=folder)
    assert result.exit_code == 0
    assert result.stderr == ""
    (line,) = result.stdout.splitlines()
    summary = json.loads(line)
    assert summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["snapshots"], summary["scored"]) == (SMALL_COUNT + 1, SMALL_COUNT)
    assert [one["file"] for one in summary["rejected"]] == ["notes.txt"]
    assert summary["rejected"][0]["reason"].startswith("its name is not a time")
    assert summary["model"] == load_settings(small_rig.config).model.name
    assert summary["learning_seconds"] == 0
    assert summary["snapshots_per_second"] > 0


def test_rejected_files_are_told_without_json_too(
    score: Callable[..., Result], small_rig: SmallRig, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(small_rig.run.folder, tmp_path / "run"))
    (folder / "[bold]notes.txt").write_text("greased on Monday")
    assert "rejected 1, the first: [bold]notes.txt: its name is not a time" in score(run=folder).stdout


def test_scoring_again_into_the_same_folder_changes_no_row(
    score: Callable[..., Result], tmp_path: Path
) -> None:
    score()
    names = ("scores.csv", "alarms.csv")
    before = [(tmp_path / "out" / name).read_bytes() for name in names]
    assert score().exit_code == 0
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == before


# Baselines


def test_learning_alone_puts_the_same_bundle_where_it_is_told_to(small_rig: SmallRig, tmp_path: Path) -> None:
    given = ["--out", tmp_path / "bundles", "--config", small_rig.config]
    result = raceway("learn", small_rig.run.folder, *given)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"learned from {SMALL_HEALTHY} snapshots, ")
    (place,) = (tmp_path / "bundles").iterdir()
    assert f"bundle: {place}" in result.stdout
    assert load_bundle(place).digest() == small_rig.bundle.digest()
    assert list(tmp_path.iterdir()) == [tmp_path / "bundles"]


def test_baseline_is_provisional_until_somebody_accepts_it(small_rig: SmallRig, tmp_path: Path) -> None:
    state = Path(shutil.copytree(small_rig.state, tmp_path / "state"))
    given = ["--out", tmp_path / "out", "--config", small_rig.config, "--state", state, "--json"]

    def provisional() -> bool:
        return bool(
            json.loads(raceway("score", small_rig.run.folder, *given).stdout)["baseline"]["provisional"]
        )

    assert provisional()
    first = raceway("accept", "--state", state)
    assert first.exit_code == 0
    assert "accepted the baseline of small rig" in first.stdout
    assert not provisional()
    again = raceway("accept", "--state", state)
    assert "accepted this baseline at" in again.stdout
    accepted = [event for event in events_of(state) if event.kind is EventKind.ACCEPTED]
    assert [event.detail["bundle"] for event in accepted] == [small_rig.bundle.digest()]


def test_nothing_to_accept_is_an_error_of_the_command(tmp_path: Path, small_rig: SmallRig) -> None:
    Store.open(tmp_path, create=True).close()
    said = sentence(raceway("accept", "--state", tmp_path), UNUSABLE)
    assert said == f"{tmp_path}: the store holds no assessment yet; start a run first"
    said = sentence(raceway("accept", "--state", small_rig.state, "--machine", "nobody's"), UNUSABLE)
    assert 'no assessment of machine "nobody\'s"; it holds small rig' in said


def test_of_several_machines_none_is_accepted_unnamed(small_rig: SmallRig, tmp_path: Path) -> None:
    state = tmp_path / "state"
    shutil.copytree(small_rig.state, state)
    with Store.open(state) as store:
        own = store.assessments()[0]
        fan = begin(store, machine="fan 2")
        learned = next(one for one in store.events(own) if one.kind is EventKind.LEARNED)
        store.add_event(fan, NewEvent(EventKind.LEARNED, WALL, "engine", detail=learned.detail), WALL)
    said = sentence(raceway("accept", "--state", state), UNUSABLE)
    assert said == f"{state}: the store holds several machines; name one by --machine: fan 2, small rig"
    with Store.open(state) as store:
        events = [event for one in store.assessments() for event in store.events(one)]
    assert EventKind.ACCEPTED not in [event.kind for event in events]
    named = raceway("accept", "--state", state, "--machine", "fan 2")
    assert "accepted the baseline of fan 2" in named.stdout


def test_version_is_said() -> None:
    result = raceway("--version")
    assert result.exit_code == 0
    assert re.fullmatch(r"raceway \S+\n", result.stdout)
