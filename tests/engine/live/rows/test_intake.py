"""Rows that arrive in a watched folder give the same results as a finished run, each row once."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.assessment.batch import assess
from engine.records.intake import Outcome
from engine.store.store import Store
from replay.run import open_run
from tests.engine.rigs import only_assessment
from tests.engine.slow_sensors import FAULT, HEADER, ROWS, row_texts, settings_of
from tests.engine.watched_plant import QUICK, KilledError, Plant, Story

WINDOWS = (ROWS - 12) // 4 + 1


@pytest.fixture
def pump(tmp_path: Path) -> Plant:
    folder = tmp_path / "in"
    folder.mkdir()
    return Plant(None, folder, tmp_path / "state", settings_of(tmp_path, overrides=QUICK))  # type: ignore[arg-type]


@pytest.fixture
def scored(tmp_path: Path) -> dict[str, float]:
    """Return the severities of the finished run, by the name of the window."""
    place = tmp_path / "finished"
    place.mkdir()
    (place / "log.csv").write_text(HEADER + "".join(row_texts()))
    settings = settings_of(place)
    run = open_run(place / "log.csv", settings.recording_format())
    with Store.open(tmp_path / "batch", create=True) as store:
        outcome = assess(run, settings, store, now=lambda: datetime.now(UTC))
        return by_name(store, outcome.assessment)


def by_name(store: Store, assessment: object) -> dict[str, float]:
    series = store.series(assessment)  # type: ignore[arg-type]
    return dict(zip(series.names, series.severity[:, 0].tolist(), strict=True))


def live(pump: Plant) -> dict[str, float]:
    return by_name(pump.store, only_assessment(pump.store))


def until(pump: Plant, windows: int) -> Story:
    yield from pump.until(
        lambda: pump.counts().get(Outcome.TAKEN, 0) >= windows if pump.state.exists() else False
    )


def test_a_growing_file_is_judged_as_the_finished_run_also_across_kills(
    pump: Plant, scored: dict[str, float]
) -> None:
    texts = row_texts()
    log = pump.folder / "log.csv"
    log.write_text(HEADER)

    def write(first: int, last: int, torn: int = 0) -> None:
        with log.open("a") as file:
            file.write("".join(texts[first:last]) + texts[last][:torn])

    def story(rows: int, *, kill: bool = False) -> Story:
        yield from until(pump, (rows - 12) // 4 + 1)
        if kill:
            raise KilledError

    write(0, 250, torn=9)
    pump.run(story(250))
    with log.open("a") as file:
        file.write(texts[250][9:])
    write(251, 300)
    with pytest.raises(KilledError):
        pump.run(story(300, kill=True))
    write(300, 333)
    log.rename(pump.folder / "log.csv.1")
    os.link(pump.folder / "log.csv.1", pump.folder / ".kept")
    pump.run(story(333))
    with (pump.folder / "log.csv.1").open("a") as file:
        file.write("".join(texts[333:]))
    pump.run(story(ROWS))
    found = {name.replace("log.csv.1#", "log.csv#"): severity for name, severity in live(pump).items()}
    assert found == scored
    assert len(found) == WINDOWS
    assert max(severity for name, severity in found.items() if int(name[-5:]) <= FAULT) < 1
    assert found[f"log.csv#{ROWS + 1:05d}"] > 1


def test_faulty_rows_and_files_are_refused_once_with_their_line(pump: Plant) -> None:
    texts = row_texts()
    broken = [*texts[:240], texts[100], "2024-03-01T00:04:00;1;2\n", *texts[240:260]]
    (pump.folder / "log.csv").write_text(HEADER + "".join(broken))
    (pump.folder / "notes.txt").write_text("oil changed by Ann\n" * 20)

    def story() -> Story:
        yield from until(pump, 60)
        yield from pump.two_rounds()

    pump.run(story())
    pump.run(pump.two_rounds())
    refused = [(name, reason) for name, outcome, reason in pump.ledger() if outcome is Outcome.QUARANTINED]
    assert sorted(refused)[:2] == [
        ("log.csv:242", "line 242: its time is not later than that of the row before"),
        ("log.csv:243", "line 243: it has another number of cells than the first row"),
    ]
    assert [name for name, _ in refused].count("notes.txt") == 1
    assert len(refused) == 3
