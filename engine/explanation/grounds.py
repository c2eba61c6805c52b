"""The grounds of an alarm in sentences: why this component, which surface, and how strongly it vibrates."""

import math
from collections.abc import Iterator

import numpy as np

from engine.alarms.alarm import Alarm
from engine.clock import moment
from engine.diagnosis.fault_lines import behind_orders, separable
from engine.explanation.appearance import direct_lines, surface_evidence, top_bands
from engine.explanation.facts import (
    band_fact,
    count_fact,
    number_fact,
    severity_fact,
    share_fact,
    text_fact,
    time_fact,
)
from engine.explanation.motor import motor_clues, motor_origin
from engine.explanation.record import Record
from engine.explanation.sentence import NOTHING, Fact, Sentence, Write, joined, listed, say
from engine.records.events import Cause, EventKind
from engine.records.payloads import Diagnosed, FaultLine, Ring
from engine.signals.bearing import Geometry, fault_frequencies
from engine.signals.velocity import obstacle
from engine.signals.vibration_zones import MEANING, STANDARD, zones_of

MOST_LINES = 4
"""Fault lines that a sentence names."""


def why_component(record: Record, alarm: Alarm, told: Write) -> Iterator[Sentence]:
    """Yield the component's share of the error with the margin to the next, and other components in play."""
    component = record.component(alarm)
    if component is None:
        return
    yield shares(record, component, told)
    name, rests = text_fact(alarm.component, "component"), [alarm.ring.seq]
    if alarm.carried_from:
        source = text_fact(alarm.carried_from, "carried_from")
        yield say("{} is probably heard from {}, so its priority stays low.", name, source, events=rests)
    if alarm.beside:
        yield _beside(alarm)


def second_witness(alarm: Alarm) -> Sentence:
    """Return whether the second witness sees the alarm as well; nothing where there is none."""
    evidence = Ring.from_detail(alarm.ring.detail).evidence
    if evidence is None or evidence.witness is None:
        return NOTHING
    times = severity_fact(evidence.witness, "witness")
    if evidence.witness >= 1.0:
        text = (
            "Seen by both: the isolation forest stood at {} × its limit when the alarm last rang, which makes"
        )
        return say(f"{text} it surer.", times, events=[alarm.ring.seq])
    text = "Seen by one: the isolation forest stood at {} × its limit when the alarm last rang, which makes"
    return say(f"{text} it less sure.", times, events=[alarm.ring.seq])


def shares(record: Record, component: int, told: Write) -> Sentence:
    """Return the share of a component in the machine's error at the last judged snapshot, and the next one.

    Args:
        record: as of an instant.
        component: its index.
        told: writes an instant.
    """
    names, share = record.assessment.components, record.series.share[: record.count]
    name = text_fact(names[component], "component")
    if len(names) == 1:
        return say("{} is the only component of the machine; no other is compared.", name)
    judged = np.flatnonzero(np.isfinite(share).all(axis=1))
    if not len(judged):
        return say("The share of {} in the machine's error is not known: no snapshot was judged.", name)
    last = int(judged[-1])
    row = share[last]
    others = [number for number in range(len(names)) if number != component]
    next_one = max(others, key=lambda number: float(row[number]))
    # The difference of the shares as written, so that a reader can check it.
    margin = round(100 * float(row[component])) - round(100 * float(row[next_one]))
    second = text_fact(names[next_one], "next"), share_fact(float(row[next_one]), "next_share")
    first = name, share_fact(float(row[component])), _time(record, last, told)
    if margin >= 0:
        points = count_fact(margin, "margin")
        return say(
            "{} has {} of the machine's error on {}; next is {} with {}, a margin of {} percentage points.",
            *first,
            *second,
            points,
        )
    return say("{} has {} of the machine's error on {}; {} has more, {}.", *first, *second)


def surface(record: Record, alarm: Alarm, told: Write) -> Iterator[Sentence]:
    """Yield the surface with its evidence, or why none is named."""
    component = record.component(alarm)
    if component is None or alarm.cause != Cause.LIMIT:
        return
    if alarm.surface:
        yield _named(record, alarm, told)
        found = surface_evidence(record.past, alarm)
        yield from motor_clues(found[1]) if found is not None else ()
    else:
        yield _not_named(record, alarm, component, told)
    bands = top_bands(alarm)
    if bands:
        most = listed(*(say("{} ({})", *facts) for facts in bands))
        end = Sentence(" when it last rang.", (), (alarm.ring.seq,))
        yield joined(Sentence("The largest parts of its error lay in "), most, end, by="")


def vibration(record: Record, component: int, told: Write) -> Sentence:
    """Return the velocity RMS with its zone, or why there is none.

    Args:
        record: as of an instant.
        component: its index.
        told: writes an instant.
    """
    channels = [
        one for one in record.assessment.channels[component] if one <= record.series.velocity.shape[1]
    ]
    velocity = record.series.velocity[: record.count][:, [one - 1 for one in channels]]
    judged = np.flatnonzero(np.isfinite(velocity).any(axis=1))
    if not len(judged):
        return _no_velocity(record, component)
    last = int(judged[-1])
    row = np.where(np.isfinite(velocity[last]), velocity[last], -np.inf)
    place = int(row.argmax())
    facts = (
        number_fact(float(row[place]), "velocity_rms", 2),
        count_fact(channels[place], "channel"),
        _time(record, last, told),
    )
    machine = record.settings.machine
    if machine is None:
        return say("Velocity RMS is {} mm/s on channel {} on {}.", *facts)
    zones = zones_of(machine.group, machine.foundation, machine.shaft_speed)
    letter = zones.zone_of(float(row[place]))
    if not letter:
        why = text_fact(zones.why_not, "why_no_zone")
        return say("Velocity RMS is {} mm/s on channel {} on {}. {}.", *facts, why)
    zone = (
        Fact("zone", letter, letter),
        text_fact(MEANING[letter], "meaning"),
        text_fact(zones.name, "standard"),
    )
    return say("Velocity RMS is {} mm/s on channel {} on {}: zone {}, {} ({}).", *facts, *zone)


def _no_velocity(record: Record, component: int) -> Sentence:
    machine, recording = record.settings.machine, record.settings.recording
    channels = record.assessment.channels[component]
    units = [record.assessment.units[one - 1] for one in channels if one <= len(record.assessment.units)]
    standard = text_fact(STANDARD, "standard")
    if machine is None or recording is None or not units:
        return say("No zone of {} is known: the settings of this record have no sample rate.", standard)
    why = obstacle(units[0], recording.rows, machine.sample_rate)
    why = why or "no snapshot up to then has a velocity"
    return say("No zone of {} is known: {}.", standard, text_fact(why, "why_no_velocity"))


def _named(record: Record, alarm: Alarm, told: Write) -> Sentence:
    found = surface_evidence(record.past, alarm)
    name = text_fact(alarm.surface, "surface")
    if found is None:
        return say("The {} is named; its fault lines are not stored.", name, events=[alarm.ring.seq])
    event, evidence = found
    head = say("The {} is named since {}", name, time_fact(event.at, told, "named_at"), events=[event.seq])
    parts = [head]
    if evidence.channel is not None:
        parts.append(say(" on channel {}", count_fact(evidence.channel, "channel")))
    if len(evidence.band) == 2:
        parts.append(say(", from the envelope of {}", band_fact(*evidence.band)))
    if evidence.figures:
        return joined(
            head, Sentence(": "), motor_origin(alarm.surface, event, evidence), Sentence("."), by=""
        )
    lines = [_line(line) for line in direct_lines(evidence)[:MOST_LINES]]
    lines = [one for one in lines if one]
    if lines:
        parts += [Sentence(": "), joined(*lines)]
    return joined(*parts, Sentence("."), by="")


def _line(line: FaultLine) -> Sentence:
    if line.found_at is None or line.times_baseline is None:
        return NOTHING
    hertz, times = (
        number_fact(line.found_at, "found_at", 1),
        number_fact(line.times_baseline, "times_baseline", 1),
    )
    if line.order is None:
        return say("{} Hz at {} times its baseline", hertz, times)
    return say(
        "{} Hz (harmonic {}) at {} times its baseline", hertz, count_fact(line.order, "harmonic"), times
    )


def _not_named(record: Record, alarm: Alarm, component: int, told: Write) -> Sentence:
    machine, parts = record.settings.machine, record.settings.parts
    if machine is None or component >= len(parts):
        return Sentence("No surface is named: the settings of this record give no geometry of the bearing.")
    if parts[component].kind == "motor":
        return Sentence("No fault is named: nothing in the current stands clear of its baseline so far.")
    geometry = parts[component].geometry
    if geometry is None:
        return Sentence("No surface is named: the geometry of the bearing is not set.")
    if machine.shaft_speed <= 0:
        return Sentence("No surface is named: the speed of the shaft is not set.")
    for event in record.past:
        if (
            event.kind is EventKind.DIAGNOSED
            and event.component == alarm.component
            and event.at >= alarm.raised.at
        ):
            before = Diagnosed.from_detail(event.detail).withdrawn
            if before:
                facts = text_fact(before, "withdrawn"), time_fact(event.at, told, "withdrawn_at")
                return say("No surface is named: the {} was withdrawn on {}.", *facts, events=[event.seq])
    return joined(
        Sentence("No surface is named: no set of fault lines stands clear of its baseline so far."),
        _not_resolved(record, Geometry(*geometry)),
        by=" ",
    )


def _not_resolved(record: Record, geometry: Geometry) -> Sentence:
    """Return a sentence about the surfaces whose lines the recordings are too short to separate."""
    machine, recording = record.settings.machine, record.settings.recording
    if machine is None or recording is None or not machine.sample_rate > 0 or recording.rows < 1:
        return NOTHING
    frequencies = fault_frequencies(geometry, machine.shaft_speed / 60)
    resolution = machine.sample_rate / recording.rows
    apart = separable(frequencies, resolution)
    missing = [one for one in frequencies if one not in apart]
    hidden = [one for one in behind_orders(frequencies, machine.shaft_speed / 60, resolution) if one in apart]
    if not missing and not hidden:
        return NOTHING
    words = [
        f"{verb} the lines of {listed(*(Sentence(f'the {one.value}') for one in some)).text}"
        for verb, some in (("does not separate", missing), ("hides behind orders of the shaft", hidden))
        if some
    ]
    return say(
        "Recordings of {} s resolve {} Hz, which {}.",
        number_fact(1 / resolution, "seconds", 2),
        number_fact(resolution, "resolution_hertz", 1),
        text_fact(" and ".join(words), "unresolved"),
    )


def _beside(alarm: Alarm) -> Sentence:
    name, other = text_fact(alarm.component, "component"), text_fact(alarm.beside, "beside")
    rests, why = [alarm.ring.seq], Ring.from_detail(alarm.ring.detail).promoted
    worse, own = alarm.beside_severity, alarm.severity
    text, facts = "{} shows signs of its own, but {} was worse when it last rang", [name, other]
    if worse is not None and own is not None and math.isfinite(worse) and math.isfinite(own):
        text += " ({} against {})"
        facts += [severity_fact(worse, "beside_severity"), severity_fact(own)]
    if why:
        text += "; its sign: {}"
        facts.append(text_fact(why, "promoted"))
    return say(f"{text}.", *facts, events=rests)


def _time(record: Record, index: int, told: Write) -> Fact:
    return time_fact(moment(int(record.series.at[index])), told, "judged_at")
