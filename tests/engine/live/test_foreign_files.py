"""Files of a watched folder that are not recordings of the machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.config.settings import load_settings
from engine.records.assessment import Assessment
from engine.records.intake import Intake, Outcome
from engine.store.store import Store
from tests.engine import rigs
from tests.engine.live.test_intake import after
from tests.engine.rigs import SMALL_ROWS, SmallRig, small_name
from tests.engine.watched_plant import QUICK, Plant, Story, plant_of

OTHERS = ("notes.txt", "pumpB_20250330T005950.csv", "20250330T005950.json", b"\xff\xfe", "x" * 252)


def test_files_of_others_are_counted_and_never_refused_or_moved(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__quarantine=str(tmp_path / "aside"))

    def story() -> Story:
        for name in OTHERS:
            plant.write(name, b"{}")
        yield from plant.two_rounds()
        plant.clock.steady += 2 * plant.settings.watch.patience
        yield from plant.two_rounds()
        assert "its name is not a time like" in plant.beats[-1].message
        plant.put(*range(3))
        # Another machine's recording under a name of this one: other columns.
        plant.write(small_name(3), b"0.1,0.2,0.3\n" * SMALL_ROWS)
        yield from after(plant, 4)
        for position in range(3):
            (plant.folder / small_name(position)).rename(plant.folder / f"{small_name(position)}.gz")
        yield from plant.two_rounds()

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: 3, Outcome.QUARANTINED: 1}
    assert not (tmp_path / "aside").exists()
    assert len(list(plant.folder.iterdir())) == len(OTHERS) + 4
    told = "5 other files are passed over, 3 compressed copies of recordings taken in"
    assert plant.beats[-2].message == told


def test_settings_say_which_files_are_meant_and_which_are_not(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(
        small_rig,
        tmp_path,
        monkeypatch,
        recording__files=["2025*.csv", "*.txt"],
        recording__ignore="*00.csv",
        watch__patience=0.0,
    )

    def story() -> Story:
        plant.put(0, 1, 2)
        plant.write("notes.txt", plant.raw(1))
        plant.write("notes.json", plant.raw(1))
        yield from after(plant, 3)

    plant.run(story(), bundle=plant.rig.bundle)
    assert [name for name, _, _ in plant.ledger() if name.endswith("00.csv")] == []
    assert plant.counts() == {Outcome.TAKEN: 2, Outcome.QUARANTINED: 1}
    assert plant.beats[-2].message == "2 other files are passed over"


def test_file_that_stood_refused_stands_no_more_once_the_settings_pass_it_over(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, recording__files="*", watch__patience=0.0)

    def story() -> Story:
        plant.write("notes.txt", b"greased")
        plant.put(0)
        yield from plant.until_ledger_has(2)

    plant.run(story(), bundle=plant.rig.bundle)
    machine = plant.assessment().machine_id
    assert [one.name for one in plant.store.quarantined(machine)] == ["notes.txt"]
    plant.settings = load_settings(small_rig.config, overrides={**QUICK, "recording.ignore": "*.txt"})
    plant.run(plant.two_rounds())
    assert plant.store.quarantined(machine) == ()
    plant.run(plant.two_rounds())
    assert [outcome for name, outcome, _ in plant.ledger() if name == "notes.txt"] == [
        Outcome.QUARANTINED,
        Outcome.FOREIGN,
    ]


def test_flood_of_links_is_refused_in_few_transactions_with_beats_between(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, sizes = 1000, []
    target = plant.folder.parent / "elsewhere"
    target.touch()
    for number in range(count):
        day = rigs.SMALL_START + 100 * (number + 1) * rigs.SMALL_INTERVAL
        (plant.folder / f"{day:%Y%m%dT%H%M%S}.csv").symlink_to(target)
    settle = Store.settle

    def counted(store: Store, assessment: Assessment, rows: Sequence[Intake], *others: Any) -> None:
        if rows:
            sizes.append((len(rows), len(plant.beats)))
        settle(store, assessment, rows, *others)

    monkeypatch.setattr(Store, "settle", counted)

    def story() -> Story:
        plant.clock.steady += plant.settings.watch.patience
        yield from plant.until_ledger_has(count)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts()[Outcome.QUARANTINED] == count
    assert sum(rows for rows, _ in sizes) == count
    assert len(sizes) <= 10
    beats = [beats for _, beats in sizes]
    assert beats == sorted(set(beats))
