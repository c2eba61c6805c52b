"""Explanations: the sentences about an alarm, a component, or a machine as of an instant."""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

import numpy as np

from engine.alarms.alarm import Alarm, AlarmState
from engine.clock import in_zone, moment
from engine.explanation import course, deeds, doubts, grounds
from engine.explanation.action import instruction
from engine.explanation.appearance import since_when
from engine.explanation.facts import severity_fact, text_fact, time_fact
from engine.explanation.process.beside import slow_sentences
from engine.explanation.process.sensors import is_process
from engine.explanation.process.words import sensor_sentences
from engine.explanation.record import Record, situation_of
from engine.explanation.sentence import Sentence, Topic, Write, capital, joined, listed, say
from engine.records.events import Cause
from engine.records.payloads import Ring
from replay.recording import clean_text


def utc_words(at: datetime) -> str:
    """Return an instant in words: 16 Feb 2004 03:42 UTC."""
    return words_in(UTC)(at)


def words_in(zone: tzinfo) -> Write:
    """Return a writer of instants in words of a time zone."""

    def told(at: datetime) -> str:
        local = in_zone(at, zone)
        return f"{local.day} {local:%b %Y %H:%M} {clean_text(local.tzname() or '')}".rstrip()

    return told


def explain_alarm(record: Record, alarm: Alarm, told: Write = utc_words) -> tuple[Sentence, ...]:
    """Return the sentences about an alarm, in the order in which a reader asks.

    Args:
        record: the facts as of an instant, which the alarm belongs to.
        alarm: as of that instant, one of `record.alarms`.
        told: writes an instant.

    Returns:
        Sentences, each with its topic. Where a fact cannot be known, the sentence says why.
    """
    situation = situation_of(record, alarm)
    component = record.component(alarm)
    found: list[tuple[Topic, Sentence]] = [
        (Topic.WHAT, course.what(alarm)),
        (Topic.WHAT, course.message(alarm)),
        (Topic.SINCE, capital(since_when(situation, told), ".")),
        (Topic.SINCE, course.times_raised(alarm)),
        (Topic.SEVERITY, course.how_bad_now(record, situation, told)),
        (Topic.GROWTH, course.how_fast(record, situation)),
        (Topic.GROWTH, course.outlook(situation, told)),
        (Topic.GROWTH, course.ahead(situation)),
    ]
    found += [(Topic.COMPONENT, one) for one in grounds.why_component(record, alarm, told)]
    found.append((Topic.COMPONENT, grounds.second_witness(alarm)))
    slow = is_process(record.assessment)
    if slow and component is not None and alarm.cause == Cause.LIMIT:
        found += [(Topic.SENSORS, one) for one in sensor_sentences(record, alarm, component, told)]
    if not slow:
        found += [(Topic.SURFACE, one) for one in grounds.surface(record, alarm, told)]
    found += [(Topic.SENSORS, one) for one in slow_sentences(Ring.from_detail(alarm.ring.detail).evidence)]
    if component is not None and not slow and not _is_motor(record, component):
        found.append((Topic.VIBRATION, grounds.vibration(record, component, told)))
    found += [(Topic.AGAINST, one) for one in doubts.against(record, alarm, told)]
    found += [(Topic.DONE, one) for one in deeds.done(alarm, told)]
    found.append((Topic.DO, instruction(situation, told).sentence))
    return tuple(sentence.about(topic) for topic, sentence in found if sentence)


def explain_component(record: Record, component: int, told: Write = utc_words) -> tuple[Sentence, ...]:
    """Return the sentences about a component: those of its worst open alarm, else its condition.

    Args:
        record: the facts as of an instant.
        component: its index.
        told: writes an instant.
    """
    name = record.assessment.components[component]
    alarm = next((one for one in open_alarms(record) if one.component == name), None)
    if alarm is not None:
        return explain_alarm(record, alarm, told)
    sentences = [
        (Topic.WHAT, say("{} has no open alarm.", text_fact(name, "component"))),
        (Topic.SEVERITY, _severity(record, component, told)),
        (Topic.COMPONENT, grounds.shares(record, component, told)),
    ]
    if not is_process(record.assessment) and not _is_motor(record, component):
        sentences.append((Topic.VIBRATION, grounds.vibration(record, component, told)))
    return tuple(sentence.about(topic) for topic, sentence in sentences if sentence)


def _is_motor(record: Record, component: int) -> bool:
    """Return whether a component is watched by its currents, which show no vibration."""
    parts = record.settings.parts
    return component < len(parts) and parts[component].kind == "motor"


def explain_machine(record: Record, told: Write = utc_words) -> tuple[Sentence, ...]:
    """Return the sentences about a machine: its worst open alarm, or that there is none.

    Args:
        record: the facts as of an instant.
        told: writes an instant.
    """
    alarms = open_alarms(record)
    return explain_alarm(record, alarms[0], told) if alarms else tuple(_calm(record, told))


def open_alarms(record: Record) -> tuple[Alarm, ...]:
    """Return the alarms that are not over, those of other components' failures last."""
    alarms = [one for one in record.alarms if one.state is not AlarmState.NORMAL]
    return tuple(
        sorted(
            alarms, key=lambda one: (not one.stands, -one.priority.rank, bool(one.carried_from or one.beside))
        )
    )


def _calm(record: Record, told: Write) -> Iterator[Sentence]:
    if not record.count:
        yield Sentence("No snapshot was judged up to then, so nothing is known.", topic=Topic.WHAT)
        return
    names = record.assessment.components
    watched = listed(*(say("{}", text_fact(name, "component")) for name in names))
    yield joined(Sentence("No alarm is open; watched components: "), watched, Sentence("."), by="").about(
        Topic.WHAT
    )
    known = [
        (value, number) for number in range(len(names)) if (value := record.severity(number)) is not None
    ]
    if known:
        yield _severity(record, max(known)[1], told).about(Topic.SEVERITY)


def _severity(record: Record, component: int, told: Write) -> Sentence:
    name = text_fact(record.assessment.components[component], "component")
    values = record.severities(component)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return say("The severity of {} is not known: no snapshot was judged.", name)
    last = int(known[-1])
    at = time_fact(moment(int(record.series.at[last])), told, "at")
    return say("The severity of {} was {} of its limit on {}.", name, severity_fact(float(values[last])), at)
