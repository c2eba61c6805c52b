"""Every command picks the same assessment: the live or newest one of the machine."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records.assessment import Assessment
from engine.records.picker import PickError, former_of, newest_of_each, of_machine, pick, with_key

STATE = Path("/state")


def assessment(number: int, machine: str, *, live: bool = False, used: int = 0) -> Assessment:
    return Assessment(
        id=number,
        machine_id=1,
        machine=machine,
        key=f"key {number}",
        model="spectral",
        seed=0,
        run="/runs",
        expected=0 if live else 9,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        components=("Bearing 1",),
        channels=((1,),),
        units=("V",),
        settings={},
        used=used or number,
    )


FINISHED = assessment(1, "press")
WATCHED = assessment(2, "press", live=True)
REPLAYED = assessment(3, "press")
FAN = assessment(4, "fan")


def test_the_live_assessment_counts_whatever_was_scored_since() -> None:
    assert pick([FINISHED, WATCHED, REPLAYED], None, STATE) is WATCHED
    assert pick([FINISHED, WATCHED, REPLAYED, FAN], "press", STATE) is WATCHED
    assert pick([FINISHED, REPLAYED], None, STATE) is REPLAYED


@pytest.mark.parametrize(
    ("known", "machine", "live", "sentence"),
    [
        ([], None, False, "the store holds no assessment yet; start a run first"),
        ([], "press", False, "the store holds no assessment yet; start a run first"),
        ([FAN, WATCHED], None, False, "the store holds several machines; name one by --machine: fan, press"),
        (
            [FAN, WATCHED],
            "pres",
            False,
            "the store holds no assessment of machine 'pres'; it holds fan, press; the nearest is 'press'",
        ),
        ([FINISHED], None, True, "no machine is watched here; start raceway watch first"),
        (
            [FAN, WATCHED],
            "fan",
            True,
            "no machine 'fan' is watched here; it holds press; start raceway watch first",
        ),
        (
            [WATCHED, assessment(5, "fan", live=True)],
            None,
            True,
            "several machines are watched; name one by --machine: fan, press",
        ),
    ],
)
def test_where_nothing_or_several_fit_the_sentence_says_what_to_name(
    known: list[Assessment], machine: str | None, live: bool, sentence: str
) -> None:
    with pytest.raises(PickError) as refused:
        pick(known, machine, STATE, live=live)
    assert str(refused.value) == f"{STATE}: {sentence}"


def test_finished_runs_of_other_machines_do_not_stand_in_the_way_of_the_watched_one() -> None:
    assert pick([WATCHED, FAN], None, STATE, live=True) is WATCHED
    assert of_machine([FINISHED, WATCHED, FAN], "press", STATE) == (FINISHED, WATCHED)


def test_a_key_names_its_assessment_or_none() -> None:
    assert with_key([FINISHED, FAN], "key 4") is FAN
    assert with_key([FINISHED, FAN], "key 5") is None


def test_the_record_that_was_used_last_counts_not_the_one_that_was_made_last() -> None:
    again = assessment(1, "press", used=9)
    assert pick([again, REPLAYED], None, STATE) is again
    back = assessment(2, "press", live=True, used=9)
    later = assessment(5, "press", live=True)
    assert pick([again, back, later], None, STATE) is back
    assert former_of([again, back, later], back) == (later,)
    assert former_of([again, back, later], later) == (back,)
    assert former_of([again, back, later], again) == ()


KNOWN = st.lists(
    st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(1, 99)),
    min_size=1,
    unique_by=lambda one: one[2],
).map(
    lambda rows: [
        assessment(number, name, live=live, used=used) for number, (name, live, used) in enumerate(rows)
    ]
)


@given(KNOWN, st.randoms())
def test_one_of_each_machine_counts_in_whatever_order_they_are_read(
    known: list[Assessment], random: Random
) -> None:
    shuffled = random.sample(known, len(known))
    found = {one.machine: one for one in newest_of_each(shuffled)}
    assert found.keys() == {one.machine for one in known}
    for machine, one in found.items():
        own = [other for other in known if other.machine == machine]
        assert one.live == any(other.live for other in own)
        assert one.used == max(other.used for other in own if other.live == one.live)
