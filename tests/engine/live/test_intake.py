"""Every file of a watched folder is in the ledger once, with its outcome."""

import os
import shutil
from pathlib import Path

import pytest

from engine.records.events import EventKind
from engine.records.intake import Outcome
from engine.records.progress import Phase
from replay.run import open_run
from tests.engine import rigs
from tests.engine.bad_files import add_bad_files, name_between
from tests.engine.rigs import (
    SMALL_COUNT,
    SMALL_HEALTHY,
    SMALL_ROWS,
    Facts,
    SmallRig,
    assessed,
    facts_of,
    small_name,
)
from tests.engine.watched_plant import Plant, Story, plant_of

SAME_TIME = small_name(3).replace("202503", "20253")
"""Another name for the fourth snapshot's time: Python also accepts a month of one digit."""


def after(plant: Plant, count: int, *, then: float = 40.0) -> Story:
    """Wait for a number of rows, and check that no more follow."""
    yield from plant.until_ledger_has(count)
    plant.clock.steady += then
    yield from plant.two_rounds()
    assert len(plant.ledger()) == count


def test_every_bad_file_is_refused_once_with_its_reason_and_changes_no_score(
    plant: Plant, batch: Facts
) -> None:
    shutil.copytree(plant.rig.run.folder, plant.folder, dirs_exist_ok=True)
    said = add_bad_files(plant.folder)
    del said["notes.txt"]

    def story() -> Story:
        # Short files and names without a time are refused only after enough time without a change.
        yield from plant.until_ledger_has(SMALL_COUNT)
        plant.clock.steady += plant.settings.watch.patience
        yield from after(plant, SMALL_COUNT + len(said))

    plant.run(story(), bundle=plant.rig.bundle)
    plant.run(plant.two_rounds())
    refused = {name: (outcome, why) for name, outcome, why in plant.ledger() if outcome is not Outcome.TAKEN}
    assert len(plant.ledger()) == SMALL_COUNT + len(said)
    assert refused.keys() == said.keys()
    for name, reason in said.items():
        outcome, why = refused[name]
        if name.startswith("20253"):
            assert outcome is Outcome.DUPLICATE
        else:
            assert outcome is Outcome.QUARANTINED
            assert why.startswith(reason), (name, why)
    assert plant.facts() == batch
    assert plant.last_beat().phase is Phase.ENDED
    assert plant.beats[-2].message == "another file is passed over"


def test_same_recording_again_is_a_duplicate_and_another_of_its_time_a_conflict(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*range(4))
        yield from plant.until_ledger_has(4)
        plant.write(SAME_TIME, plant.raw(3))
        yield from plant.until_ledger_has(5)
        plant.write(SAME_TIME, plant.raw(4))
        yield from after(plant, 6)

    plant.run(story(), bundle=plant.rig.bundle)
    name = small_name(3)
    assert plant.ledger()[4:] == [
        (SAME_TIME, Outcome.DUPLICATE, f"the same recording was taken in as {name}"),
        (
            SAME_TIME,
            Outcome.CONFLICT,
            f"another recording of the same time was taken in as {name}; keep the right one",
        ),
    ]
    assert plant.scored() == [small_name(position) for position in range(4)]


def test_two_recordings_of_one_time_in_one_handful_are_told_apart_too(plant: Plant) -> None:
    def story() -> Story:
        plant.write(SAME_TIME, plant.raw(4))
        plant.put(*range(4))
        yield from after(plant, 5)

    plant.run(story(), bundle=plant.rig.bundle)
    assert [outcome for name, outcome, _ in plant.ledger() if name == SAME_TIME] == [Outcome.CONFLICT]


def test_signal_of_an_earlier_time_is_a_recorder_that_repeats_itself(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*range(4))
        plant.write(small_name(4), plant.raw(2))
        yield from after(plant, 5)

    plant.run(story(), bundle=plant.rig.bundle)
    (name, outcome, why) = plant.ledger()[-1]
    assert (name, outcome) == (small_name(4), Outcome.REPEATED)
    assert why.startswith(f"invalid: the recorder repeats itself, its signal is that of {small_name(2)};")


CONSTANTS = {
    "zeros": b"0.0000,0.0000\n" * SMALL_ROWS,
    "offset": b"0.2500,-1.5000\n" * SMALL_ROWS,
    "toggling": b"0.2500,-1.5000\n0.2524,-1.5024\n" * (SMALL_ROWS // 2),
    "one invalid": b"OVL,0.0000\n" * SMALL_ROWS,
}


@pytest.mark.parametrize("content", CONSTANTS.values(), ids=CONSTANTS.keys())
def test_stop_with_constant_channels_is_no_repetition_and_live_equals_batch(
    plant: Plant, tmp_path: Path, content: bytes
) -> None:
    first, last = SMALL_HEALTHY + 4, SMALL_HEALTHY + 12
    folder = Path(shutil.copytree(plant.rig.run.folder, tmp_path / "run"))
    for position in range(first, last):
        (folder / small_name(position)).write_bytes(content)

    def story() -> Story:
        for position in range(last + 4):
            plant.write(small_name(position), (folder / small_name(position)).read_bytes())
            yield from plant.until_ledger_has(position + 1)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: last + 4}
    assert plant.causes("stopped") == [EventKind.RAISED, EventKind.CLEARED]
    run = open_run(folder, plant.settings.recording_format())
    assessed(rigs.first_recordings(run, last + 4), plant.rig.settings, tmp_path / "batch", plant.rig.bundle)
    assert plant.facts() == facts_of(tmp_path / "batch")


def test_run_with_a_channel_that_comes_and_goes_is_judged_live_as_in_batch(
    plant: Plant, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(plant.rig.run.folder, tmp_path / "run"))
    words = ("NaN", "OVL", "", "inf", "---", "1e99")
    for number, position in enumerate((2, 17, *range(SMALL_HEALTHY + 2, SMALL_HEALTHY + 9))):
        rows = (folder / small_name(position)).read_text().splitlines()
        rows[7 * number] = f"{words[number % len(words)]},{rows[7 * number].split(',')[1]}"
        (folder / small_name(position)).write_text("\n".join(rows) + "\n")

    def story() -> Story:
        for position in range(SMALL_COUNT):
            plant.write(small_name(position), (folder / small_name(position)).read_bytes())
        yield from plant.until_ledger_has(SMALL_COUNT)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: SMALL_COUNT}
    assert plant.causes("sensor dead")[0] is EventKind.RAISED
    assert EventKind.RAISED in plant.causes("limit")
    assessed(
        open_run(folder, plant.settings.recording_format()),
        plant.rig.settings,
        tmp_path / "batch",
        plant.rig.bundle,
    )
    assert plant.facts() == facts_of(tmp_path / "batch")


def test_file_in_pieces_waits_and_is_taken_when_it_is_whole(plant: Plant) -> None:
    whole = plant.raw(0)

    def story() -> Story:
        for share in (0.0, 0.2, 0.7, 0.99):
            plant.write(small_name(0), whole[: int(share * len(whole))])
            yield from plant.two_rounds()
            plant.clock.steady += 20
            assert plant.ledger() == []
        plant.write(small_name(0), whole)
        yield from after(plant, 1)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.counts() == {Outcome.TAKEN: 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "the file is empty"), (b"0.5,0.5\n" * 7, f"it has 7 rows where {SMALL_ROWS} are expected")],
)
def test_file_that_stays_short_is_refused_and_looked_at_again_when_it_changes(
    plant: Plant, content: bytes, reason: str
) -> None:
    def story() -> Story:
        plant.write(small_name(0), content)
        yield from plant.two_rounds()
        assert plant.ledger() == []
        plant.clock.steady += plant.settings.watch.patience
        yield from after(plant, 1)
        plant.write(small_name(0), plant.raw(0))
        yield from after(plant, 2)

    plant.run(story(), bundle=plant.rig.bundle)
    assert plant.ledger() == [
        (small_name(0), Outcome.QUARANTINED, reason),
        (small_name(0), Outcome.TAKEN, ""),
    ]
    assert plant.store.quarantined(plant.assessment().machine_id) == ()


def test_what_is_no_regular_file_is_never_opened(plant: Plant) -> None:
    secret = plant.state.parent / "secret"
    secret.write_bytes(plant.raw(0))

    def story() -> Story:
        os.mkfifo(plant.folder / small_name(1))
        (plant.folder / small_name(2)).mkdir()
        (plant.folder / small_name(3)).symlink_to(secret)
        (plant.folder / small_name(4)).symlink_to(plant.folder / small_name(4))
        yield from after(plant, 2)

    plant.run(story(), bundle=plant.rig.bundle)
    reason = "it is a symbolic link, which is not followed"
    assert plant.ledger() == [(small_name(one), Outcome.QUARANTINED, reason) for one in (3, 4)]


def test_odd_names_are_cleaned_where_they_are_shown_and_known_by_their_bytes(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plant_of(small_rig, tmp_path, monkeypatch, recording__files="*")
    names = [b"\xff\xfe.csv", b"[bold]\x1b[31m.csv", b"\xe2\x80\xae" + b"x" * 252]

    def story() -> Story:
        for name in names:
            plant.write(name, plant.raw(0))
        yield from plant.two_rounds()
        plant.clock.steady += plant.settings.watch.patience
        yield from after(plant, 3)

    plant.run(story(), bundle=plant.rig.bundle)
    assert sorted(name for name, _, _ in plant.ledger()) == sorted(["��.csv", "[bold][31m.csv", "x" * 252])
    assert set(plant.store.known_files(plant.assessment().machine_id)) == set(names)


def test_refused_files_are_moved_aside_where_the_settings_say_so(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = tmp_path / "aside"
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__quarantine=str(aside))
    broken = plant.raw(1).replace(b",", b";")

    def story() -> Story:
        plant.put(0)
        plant.write(small_name(1), broken)
        yield from after(plant, 2)
        plant.write(SAME_TIME.replace("T010", "T011"), plant.raw(0))
        yield from after(plant, 3)

    plant.run(story(), bundle=plant.rig.bundle)
    assert (aside / small_name(1)).read_bytes() == broken
    assert sorted(path.name for path in plant.folder.iterdir()) == [small_name(0)]
    assert plant.counts() == {Outcome.TAKEN: 1, Outcome.QUARANTINED: 1, Outcome.REPEATED: 1}


def test_folder_that_refused_files_cannot_be_moved_into_is_told_of_until_it_can(
    small_rig: SmallRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = tmp_path / "aside"
    aside.write_text("in the way")
    plant = plant_of(small_rig, tmp_path, monkeypatch, watch__quarantine=str(aside))

    def story() -> Story:
        plant.write(small_name(0), b"1;2\n" * SMALL_ROWS)
        yield from plant.until_ledger_has(1)
        yield from plant.two_rounds()
        assert plant.beats[-1].message == f"{aside}: refused files cannot be moved there (file exists)"
        aside.unlink()
        plant.write(name_between(0), b"1;2\n" * SMALL_ROWS)
        yield from plant.until_ledger_has(2)
        yield from plant.two_rounds()
        assert str(aside) not in plant.beats[-1].message

    plant.run(story(), bundle=plant.rig.bundle)
    assert [path.name for path in aside.iterdir()] == [name_between(0)]


def test_number_beyond_all_measure_is_told_of_and_stops_nothing(plant: Plant) -> None:
    def story() -> Story:
        plant.put(*range(5))
        wild = plant.raw(5)
        plant.write(small_name(5), b"1e30" + wild[wild.index(b",") :])
        plant.put(6)
        yield from after(plant, 7)

    plant.run(story(), bundle=plant.rig.bundle)
    assert small_name(6) in plant.scored()


def test_snapshot_whose_severity_comes_to_nothing_is_set_aside_and_its_time_stays_free(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.assessment.tracker import Tracker

    step = Tracker.step

    def failing(self: Tracker, state, seen, moment, *more):  # type: ignore[no-untyped-def]
        if moment.name == small_name(2) and not (plant.folder / "mended").exists():
            raise ArithmeticError(f"{moment.name}: the error of Left is not a finite number")
        return step(self, state, seen, moment, *more)

    monkeypatch.setattr(Tracker, "step", failing)

    def story() -> Story:
        plant.put(*range(5))
        yield from after(plant, 5, then=0.0)
        (plant.folder / "mended").mkdir()
        plant.write(small_name(2), plant.raw(2))
        yield from after(plant, 6)

    plant.run(story(), bundle=plant.rig.bundle)
    told = [(outcome, why) for name, outcome, why in plant.ledger() if name == small_name(2)]
    assert [one[0] for one in told] == [Outcome.QUARANTINED, Outcome.LATE]
    assert told[0][1] == "the error of Left is not a finite number"
