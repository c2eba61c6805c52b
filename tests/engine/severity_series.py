"""Applies the alarm rules to series of severities, for tests."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from engine.alarms.rules import Leader, Observation, Watch, watch_severity
from engine.config.sections.core import AlarmSettings
from engine.config.settings import load_settings
from engine.records.assessment import Moment
from engine.records.events import EventKind, NewEvent
from engine.records.payloads import FaultLine, RingEvidence, SurfaceEvidence

START = datetime(2004, 2, 12, 10, 32, 39, tzinfo=UTC)
RULES = load_settings().alarms.model_copy(
    update={"persistence": 3, "patience": 6, "clear_below": 0.8, "clear_after": 4, "severe": 4.0}
)
RAISED, ESCALATED, CLEARED = EventKind.RAISED, EventKind.ESCALATED, EventKind.CLEARED
LOW, LIMIT, SEVERE = 0.5, 1.0, 4.0
OUTER_RACE = SurfaceEvidence("outer race", 1, (0.0, 100.0), (FaultLine(1, 0, 236.0, 2.0),))
EVIDENCE = RingEvidence(share=0.5)


def moment(number: int) -> Moment:
    return Moment(f"snapshot {number}", START + timedelta(minutes=10 * number))


def observed(
    number: int,
    severity: float,
    *,
    exceeds: bool = True,
    lasts: bool = False,
    component: str = "Bearing 1",
    leader: Leader | None = None,
    own_sign: str = "",
    excess: Sequence[float] = (),
) -> Observation:
    """One snapshot of a component, by its number."""
    return Observation(
        component=component,
        moment=moment(number),
        severity=severity,
        exceeds=exceeds,
        lasts=lasts,
        evidence=lambda: EVIDENCE,
        leader=leader,
        own_sign=own_sign,
        strength=1.0,
        excess=np.asarray(excess, np.float32),
    )


def rule_events(severities: Iterable[float], rules: AlarmSettings = RULES) -> list[tuple[int, NewEvent]]:
    """Return the events of a series of severities, each with the number of the deciding snapshot."""
    watch, heard = Watch(), []
    for number, severity in enumerate(severities):
        watch, events = watch_severity(watch, observed(number, severity, exceeds=severity >= 1.0), rules)
        heard += [(number, event) for event in events]
    return heard


ANY_RULES = st.builds(
    lambda **rules: RULES.model_copy(update=rules),
    persistence=st.integers(1, 5),
    patience=st.integers(1, 9),
    clear_below=st.floats(0.1, 1.0),
    clear_after=st.integers(1, 5),
    severe=st.floats(1.5, 8.0),
)
