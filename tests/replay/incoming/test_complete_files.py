"""A live folder: every complete file is offered until the ledger knows it, none before it is complete."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from replay.ims import read_ims
from replay.incoming.complete_files import (
    Decision,
    NotYetError,
    Refused,
    Rest,
    Sighting,
    decide,
    pause_between,
    sighted,
)
from replay.incoming.folder import FolderState, Found, Stamp
from replay.recording import RecordingFormat
from tests.replay.watched_folder import (
    LATER,
    LONG_AGO,
    NAME,
    PATIENCE,
    ROWS,
    SETTLE,
    STAMP,
    TORN,
    WHOLE,
    Rig,
)

# The decisions


@pytest.mark.parametrize(
    ("sighting", "age", "decision", "why"),
    [
        (Sighting(STAMP, 50.0), 0.2, Decision.WAIT, "it has just been written"),
        (Sighting(STAMP, 50.0), 1.0, Decision.TAKE, ""),
        (Sighting(STAMP, 50.0), -3600.0, Decision.WAIT, "it has just been written"),
        (Sighting(STAMP, 49.0), -3600.0, Decision.TAKE, ""),
        (Sighting(STAMP, 49.5), 0.5, Decision.WAIT, "it has just been written"),
        (Sighting(STAMP, 50.0, closed=True), 0.0, Decision.TAKE, ""),
        (Sighting(STAMP, 40.0, closed=True, held="short", until=70.0), 9.0, Decision.WAIT, "short"),
        (Sighting(STAMP, 40.0, held="short", until=50.0), 9.0, Decision.TAKE, ""),
        (Sighting(STAMP, 50.0, fault="no time"), LONG_AGO, Decision.WAIT, "no time"),
        (Sighting(STAMP, 20.0, fault="no time"), LONG_AGO, Decision.REFUSE, "no time"),
        (Sighting(STAMP, 0.0, foreign=True), LONG_AGO, Decision.PASS_OVER, ""),
        (Sighting(STAMP, 50.0, fault="a link", lasting=True), 0.0, Decision.REFUSE, "a link"),
    ],
)
def test_decision_on_a_file_by_what_is_known_of_it(
    sighting: Sighting, age: float, decision: Decision, why: str
) -> None:
    assert decide(sighting, 50.0, age, Rest(SETTLE, PATIENCE)) == (decision, why)


def test_file_that_changes_is_a_new_sighting_and_one_that_does_not_keeps_its_own(
    form: RecordingFormat,
) -> None:
    raw = NAME.encode()
    first = sighted(None, Found(STAMP, False), None, raw, form, 10.0)
    assert (first.since, first.closed, first.readings) == (
        10.0,
        False,
        (datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC),),
    )
    same = sighted(first, Found(STAMP, False), None, raw, form, 20.0)
    assert same == first
    closed = sighted(same, Found(STAMP, False), STAMP, raw, form, 30.0)
    assert (closed.since, closed.closed) == (10.0, True)
    other = Stamp(101, 6, 7)
    assert not sighted(closed, Found(other, False), STAMP, raw, form, 40.0).closed
    assert sighted(closed, Found(other, False), other, raw, form, 40.0).closed


@pytest.mark.parametrize(("seconds", "pause"), [(0.0, 2.0), (0.1, 2.0), (1.0, 19.0)])
def test_pause_grows_where_a_look_takes_long(seconds: float, pause: float) -> None:
    assert pause_between(2.0, seconds) == pytest.approx(pause)


# Complete files


def test_files_at_rest_are_offered_at_first_sight_in_order_of_time(rig: Rig) -> None:
    for name in [LATER, NAME, "2003.12.31.23.59.59"]:
        rig.write(name, age=LONG_AGO)
    (first, *_) = rig.scan().ready
    assert rig.ready() == ["2003.12.31.23.59.59", NAME, LATER]
    assert (first.raw, first.time) == (
        b"2003.12.31.23.59.59",
        datetime(2003, 12, 31, 23, 59, 59, tzinfo=UTC),
    )


def test_file_just_written_waits_until_it_is_at_rest(rig: Rig) -> None:
    rig.write(NAME)
    assert rig.waiting() == {NAME: "it has just been written"}
    rig.clock.advance(SETTLE)
    assert rig.ready() == [NAME]


def test_hint_that_it_was_closed_ends_the_wait(rig: Rig) -> None:
    rig.write(NAME)
    assert rig.ready() == []
    assert [one.name for one in rig.scan(rig.hint(NAME)).ready] == [NAME]
    assert rig.ready() == [NAME]


def test_hint_counts_no_longer_when_the_file_was_written_on(rig: Rig) -> None:
    rig.write(NAME, TORN)
    hint = rig.hint(NAME)
    rig.write(NAME, WHOLE)
    assert rig.scan(hint).ready == ()


def test_file_from_the_future_is_taken_when_it_was_seen_unchanged_for_long_enough(rig: Rig) -> None:
    rig.write(NAME, age=-7200.0)
    assert rig.waiting() == {NAME: "it has just been written"}
    rig.clock.advance(SETTLE)
    assert rig.ready() == [NAME]


def test_wall_clock_set_back_holds_nothing_up(rig: Rig) -> None:
    rig.write(NAME)
    rig.clock.wall -= 86400.0
    assert rig.ready() == []
    rig.clock.advance(SETTLE)
    assert rig.ready() == [NAME]


def test_file_is_offered_until_the_ledger_knows_it_and_again_when_it_changes(rig: Rig) -> None:
    rig.write(NAME, age=LONG_AGO)
    (one,) = rig.scan().ready
    assert rig.ready() == [NAME]
    # The ledger hands stamps out as plain numbers.
    rig.known[one.raw] = (one.stamp.size, one.stamp.modified_ns, one.stamp.inode)
    assert rig.ready() == []
    rig.write(NAME, WHOLE + b"\n", age=LONG_AGO)
    assert rig.ready() == [NAME]


def test_glance_looks_at_what_was_hinted_at_alone(rig: Rig) -> None:
    rig.write(NAME, age=LONG_AGO)
    rig.write(LATER)
    seen = rig.inbox.glance(rig.known, rig.hint(LATER))
    assert [one.name for one in seen.ready] == [LATER]
    rig.known[LATER.encode()] = seen.ready[0].stamp
    assert rig.inbox.glance(rig.known, {b"2004.02.12.23.00.00": STAMP}).ready == ()
    assert rig.ready() == [NAME]


def test_glance_hands_out_an_older_file_that_waited_before_the_one_hinted_at(rig: Rig) -> None:
    rig.write(NAME)
    assert rig.ready() == []
    rig.clock.advance(SETTLE)
    rig.write(LATER)
    seen = rig.inbox.glance(rig.known, rig.hint(LATER))
    assert [one.name for one in seen.ready] == [NAME, LATER]


def test_newer_file_lets_one_go_first_that_nobody_saw_closed(rig: Rig) -> None:
    rig.write(NAME)
    rig.clock.advance(SETTLE / 2)
    rig.write(LATER)
    seen = rig.scan(rig.hint(LATER))
    assert seen.ready == ()
    assert {one.name: one.why for one in seen.waiting} == {
        NAME: "it has just been written",
        LATER: "an older one has just been written",
    }
    rig.clock.advance(SETTLE / 2)
    assert rig.ready() == [NAME, LATER]


def test_older_file_that_is_written_on_and_on_holds_a_newer_one_up_but_once(rig: Rig) -> None:
    rig.write(NAME, TORN)
    rig.write(LATER)
    assert rig.scan(rig.hint(LATER)).ready == ()
    rig.clock.advance(SETTLE)
    rig.write(NAME, TORN + b"0")
    assert rig.ready() == [LATER]


def test_snapshot_is_read_with_a_digest_of_its_signal_alone(rig: Rig) -> None:
    rig.write(NAME, age=LONG_AGO)
    rig.write(LATER, WHOLE.replace(b"\n", b"\r\n"), age=LONG_AGO)
    rig.write("2004.02.12.10.52.39", WHOLE.replace(b"0.125", b"0.126"), age=LONG_AGO)
    (snapshot, digest), (later, same), (_, other) = map(rig.inbox.read, rig.scan().ready)
    assert (snapshot.name, later.name, snapshot.machine) == (NAME, LATER, "rig")
    np.testing.assert_array_equal(snapshot.signal, np.loadtxt(ROWS, dtype=np.float32))
    assert (same, len(digest)) == (digest, 64)
    assert other != digest


def test_several_threads_may_read(rig: Rig) -> None:
    for minute in range(10, 60):
        rig.write(f"2004.02.12.10.{minute}.39", age=LONG_AGO)
    with ThreadPoolExecutor(4) as pool:
        digests = {digest for _, digest in pool.map(rig.inbox.read, rig.scan().ready)}
    assert len(digests) == 1


# The folder


def test_folder_that_vanishes_and_comes_back_is_gone_on_with(rig: Rig) -> None:
    rig.write(NAME, age=LONG_AGO)
    (one,) = rig.scan().ready
    rig.known[one.raw] = one.stamp
    rig.folder.rename(rig.folder.with_name("away"))
    scan = rig.scan()
    assert (scan.state, scan.ready) == (FolderState.MISSING, ())
    assert scan.sentence == f"{rig.folder} does not exist; the engine keeps looking for it"
    rig.folder.mkdir()
    rig.write(LATER, age=LONG_AGO)
    scan = rig.scan()
    assert (scan.state, scan.sentence) == (FolderState.PRESENT, "")
    assert [one.name for one in scan.ready] == [LATER]


def test_folder_that_may_not_be_looked_into_says_so_and_heals(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.write(NAME, age=LONG_AGO)
    with monkeypatch.context() as patch:

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        patch.setattr(os, "scandir", refuse)
        scan = rig.scan()
    assert (scan.state, scan.ready) == (FolderState.UNREADABLE, ())
    assert "give this user permission" in scan.sentence
    assert rig.ready() == [NAME]


def test_file_in_the_place_of_the_folder_is_a_missing_folder(rig: Rig) -> None:
    rig.folder.rmdir()
    rig.folder.write_bytes(b"")
    scan = rig.scan()
    assert scan.state is FolderState.MISSING
    assert scan.sentence == f"{rig.folder} is not a folder; name the folder that the recorder writes into"


def test_entry_that_goes_while_the_folder_is_listed_is_passed_over(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.write(NAME, age=LONG_AGO)
    rig.write(LATER, age=LONG_AGO)
    fsencode = os.fsencode

    def encode(name: str | bytes) -> bytes:
        for path in rig.folder.iterdir():
            if path.name != name and name in (NAME, LATER):
                path.unlink()
        return fsencode(name)

    monkeypatch.setattr(os, "fsencode", encode)
    assert len(rig.ready()) == 1


def test_refused_file_is_moved_aside_only_as_it_was_seen(rig: Rig, tmp_path: Path) -> None:
    rig.inbox.form = replace(rig.inbox.form, files=("*",))
    rig.write("notes", age=LONG_AGO)
    rig.scan()
    rig.clock.advance(PATIENCE)
    (one,) = rig.scan().refused
    changed = Refused(one.name, one.raw, STAMP, one.reason)
    assert rig.inbox.move_aside(changed, tmp_path / "aside") is None
    assert rig.inbox.move_aside(one, tmp_path / "aside") == tmp_path / "aside" / "notes"
    assert list(rig.folder.iterdir()) == []


# The law

NAMES = [f"2004.02.12.10.{minute}.39" for minute in range(10, 14)]


def content_of(name: str, mixed: bool) -> bytes:
    """Return a file of one writer, with even or uneven numbers, with or without a last newline."""
    number = int(name[-5:-3])
    rows = [f"{number}.500\t0.125\t{row}.{'5' if mixed else '500'}" for row in range(6)]
    return "\n".join(rows).encode() + (b"" if mixed else b"\n")


steps = st.one_of(
    st.tuples(st.just("write on"), st.sampled_from(NAMES), st.integers(1, 60)),
    st.tuples(st.just("rename into place"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("close"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("pass"), st.just(""), st.integers(0, 3)),
    st.tuples(st.just("scan"), st.just(""), st.just(0)),
)


@hypothesis_settings(max_examples=150)
@given(story=st.lists(steps, max_size=40), mixed=st.booleans())
def test_whatever_the_interleaving_every_file_is_taken_once_and_whole(
    story: list[tuple[str, str, int]], mixed: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    form = RecordingFormat("rig", sample_rate=1000.0, columns=3, rows=6)
    rig = Rig(tmp_path_factory.mktemp("law"), form)
    contents = {name: content_of(name, mixed) for name in NAMES}
    hints: dict[bytes, Stamp] = {}
    taken: list[str] = []

    def scan() -> None:
        nonlocal hints
        given, hints = hints, {}
        for one in rig.inbox.scan(rig.known, given).ready:
            try:
                snapshot, _ = rig.inbox.read(one)
            except NotYetError:
                continue
            np.testing.assert_array_equal(
                snapshot.signal, read_ims(contents[one.name], one.name, form).signal
            )
            taken.append(one.name)
            rig.known[one.raw] = one.stamp

    def written(name: str) -> int:
        path = rig.folder / name
        return path.stat().st_size if path.exists() else 0

    # The recorder pauses, but for less than the inbox's patience.
    silence = 0.0
    for step, name, amount in story:
        if step == "pass" and silence + amount < PATIENCE:
            rig.clock.advance(amount)
            silence += amount
        elif step == "scan":
            scan()
        elif step == "write on" and written(name) < len(contents[name]):
            rig.write(name, contents[name][: written(name) + amount])
        elif step == "rename into place" and not written(name):
            rig.write(f".{name}", contents[name]).rename(rig.folder / name)
            hints |= rig.hint(name)
        elif step == "close" and written(name):
            hints |= rig.hint(name)
    for name in NAMES:
        if written(name) < len(contents[name]):
            rig.write(name, contents[name])
    for _ in range(3):
        scan()
        rig.clock.advance(PATIENCE)
    scan()
    assert sorted(taken) == NAMES
