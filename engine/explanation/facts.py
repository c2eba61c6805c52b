"""Facts in words: each number, time and name with its value and its wording."""

from datetime import datetime

from engine.explanation.sentence import Fact, Write
from engine.explanation.wording import (
    PRIORITY_WORDS,
    duration,
    frequency,
    percent,
    sensor_name,
    severity_text,
)
from engine.records.events import Priority
from engine.records.payloads import Ring
from replay.recording import clean_text


def severity_fact(value: float, name: str = "severity") -> Fact:
    """Return a severity: 9.40."""
    return Fact(name, value, severity_text(value))


def share_fact(value: float, name: str = "share") -> Fact:
    """Return a share of 0 to 1: 86 %."""
    return Fact(name, value, percent(value))


def span_fact(seconds: float, name: str) -> Fact:
    """Return a span of time: 12 h."""
    return Fact(name, seconds, duration(seconds))


def time_fact(at: datetime, told: Write, name: str) -> Fact:
    """Return an instant, as the reader wants it."""
    return Fact(name, at.isoformat(), told(at))


def text_fact(text: str, name: str) -> Fact:
    """Return a text from outside: a name, a note, a message."""
    shown = clean_text(text)
    return Fact(name, shown, shown)


def count_fact(number: int, name: str) -> Fact:
    """Return a count."""
    return Fact(name, number, str(number))


def channel_fact(channel: int, ring: Ring) -> Fact:
    """Return the channel of a sensor's alarm, written as the name of the sensor if it has one."""
    return Fact("channel", channel, sensor_name(ring))


def priority_fact(priority: Priority) -> Fact:
    """Return a priority: HIGH."""
    return Fact("priority", priority.value, PRIORITY_WORDS[priority])


def number_fact(value: float, name: str, decimals: int = 0) -> Fact:
    """Return a number with so many decimals."""
    return Fact(name, value, f"{value:.{decimals}f}")


def band_fact(low: float, high: float, name: str = "band") -> Fact:
    """Return a frequency band, given in Hz, in kHz."""
    return Fact(name, f"{low:g} Hz to {high:g} Hz", frequency(low, high))
