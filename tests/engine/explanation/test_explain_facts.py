"""The law of explanations: no number is said without its fact, and no event that was not there."""

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.explanation.explain import explain_alarm, explain_component, explain_machine
from engine.explanation.record import Record
from engine.explanation.sentence import Sentence
from engine.records.events import Cause, EventKind, Priority
from tests.engine.explanation.records import learned, record, settings_of
from tests.engine.explanation.situations import AT, raised
from tests.engine.explanation.test_explain import LINES, NAN, event

UNITS = {"%": 0.01, "d": 86_400.0, "h": 3_600.0, "min": 60.0}
NUMBERED = re.compile(r"^(>?)(\d+(?:\.\d+)?)(?: (%|d|h|min))?$")


def check(sentence: Sentence) -> None:
    """Require that each number of a text is in a fact, and that the fact's wording is its value."""
    rest = sentence.text
    for fact in sorted(sentence.facts, key=lambda one: -len(one.shown)):
        assert fact.shown.lower() in sentence.text.lower()
        rest = rest.replace(fact.shown, "")
        written = NUMBERED.match(fact.shown)
        if isinstance(fact.value, str) or written is None or written[1]:
            continue
        unit = UNITS.get(written[3] or "", 1.0)
        last = 10.0 ** -len(written[2].partition(".")[2]) * unit
        # A span shows at least one of its unit.
        assert abs(float(written[2]) * unit - fact.value) <= last * 1.0001 or fact.value < unit
    assert not re.search(r"\d", rest), (sentence.text, rest)


values = st.floats(0.0, 2000.0) | st.just(NAN)
texts = st.text(st.sampled_from("ab1 7.{}[/]%é"), max_size=8)


@st.composite
def records(draw: st.DrawFn) -> Record:
    count = draw(st.integers(0, 40))
    rows = draw(st.lists(st.tuples(values, values), min_size=count, max_size=count))
    steady = draw(st.booleans())
    if steady and count:
        rows = [(0.5 * 1.07**number, 0.3) for number in range(count)]
    detail = {
        "cause": draw(st.sampled_from(list(Cause))).value,
        "priority": draw(st.sampled_from(list(Priority))).value,
        "severity": draw(st.floats(0.1, 99.0)),
        "error": 1.0,
        "share": draw(st.floats(0.0, 1.0)),
        "bands": [[100.0, draw(st.floats(101, 9000)), draw(st.floats(0, 1))]],
        "carried_from": draw(st.sampled_from(["", "Bearing 2"])),
        "beside": draw(st.sampled_from(["", "Pump 7 {x}"])),
        "beside_severity": draw(values),
        "message": draw(texts),
        "promoted": draw(st.sampled_from(["", "severity at least 0.5 times that of Bearing 2"])),
        **draw(
            st.sampled_from(
                [{}, {"seconds_to_limit": 9000.0, "earliest": 60.0, "latest": 7e5}, {"channel": 1}]
            )
        ),
    }
    ring = raised(7, at=AT - timedelta(minutes=draw(st.integers(0, 300))), detail=detail)
    acts = [
        learned(snapshots=draw(st.integers(1, 300)), doubts=draw(st.lists(texts, max_size=2))),
        event(
            8,
            EventKind.DIAGNOSED,
            {"surface": "outer race", "lines": LINES, "band": [1.0, 2.0], "channel": 3},
        ),
        event(9, EventKind.ACKNOWLEDGED, {"by": draw(texts), "comment": draw(texts)}, ring=7),
        event(10, EventKind.NOTED, {"by": "bob 2", "text": draw(texts)}),
        event(11, EventKind.DRIFTED, {}),
        event(12, EventKind.CLEARED, {"severity": 0.5}),
    ]
    kept = [one for one in acts if draw(st.booleans())]
    share = draw(st.floats(0, 1))
    return record(
        rows,
        [ring, *kept],
        share=[share, 1 - share],
        unit=draw(st.sampled_from(["V", "g", ""])),
        velocity=draw(st.sampled_from([NAN, 3.21])),
        quality=draw(st.sampled_from(["running", "stopped", "dead"])),
        settings=settings_of(
            group=draw(st.integers(0, 2)), foundation="rigid", speed=draw(st.sampled_from([0.0, 300.0, 2e3]))
        ),
        at=AT + timedelta(minutes=draw(st.sampled_from([0, 0, 5, 600]))),
    )


@given(records())
def test_every_number_in_a_sentence_is_in_its_facts(made: Record) -> None:
    found = [*explain_machine(made), *explain_component(made, 1)]
    for alarm in made.alarms:
        found += explain_alarm(made, alarm)
    assert found
    for sentence in found:
        check(sentence)


@given(records())
def test_a_sentence_names_only_events_up_to_the_instant_or_acts_on_its_alarm(made: Record) -> None:
    known = {one.seq for one in made.events}
    for alarm in made.alarms:
        for sentence in explain_alarm(made, alarm):
            assert set(sentence.events) <= known
            assert list(sentence.events) == sorted(set(sentence.events))
