"""Closing an alarm with an outcome, in a dialog."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import UnusableError
from engine.operator.operator import Act
from engine.records.events import Acknowledged
from tui.console.host import Acts, Host
from tui.console.options import ConsoleOptions
from tui.data.frame import Frame, meant
from tui.data.playhead import newest
from tui.draw.format import reason, subject
from tui.draw.notice import Notice, acted_notice, refused_notice
from tui.draw.text import clean
from tui.screens.dialog import Field, Question

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.records.outcome import AlarmOutcome
    from engine.store.store import Store


class ClosingAction:
    """Asks what was found after an alarm, and stores it."""

    def __init__(self, host: Host, options: ConsoleOptions) -> None:
        """Act for the operator of these options."""
        self._host, self._options, self._acts = host, options, Acts(host, options)

    def close(self) -> None:
        """Ask for the outcome of the alarm that is meant; a later outcome corrects an earlier one."""
        frame = self._acts.frame()
        if frame is None:
            return
        alarm = meant(
            self._host.selection.alarms_meant(frame, self._host.rows), lambda one: one.closed is None
        )
        if alarm is None:
            self._host.tell(Notice("There is no alarm here; select one."))
            return
        self._host.selection = self._host.selection.holds(alarm.component, alarm.key, self._options.clock())
        about = f"{subject(alarm)}, {reason(alarm, frame.playhead.at)}, {alarm.priority}."
        before = "" if alarm.closed is None else " It has an outcome; this one corrects it."
        silent = "An active alarm stays active. Closing acknowledges it."
        ask = Question("What was found?", (about + before, silent))
        self._host.ask(ask, fields_of(alarm), lambda texts: self._store(frame, alarm, texts))

    def _store(self, frame: Frame, alarm: "Alarm", texts: tuple[str, ...]) -> None:
        outcome, about = typed_outcome(texts), f"{subject(alarm)}, {reason(alarm)}"
        following = frame.playhead.following and frame.playhead.at is not None
        last = frame.playhead.at if following else newest(frame.view.series.at, self._host.live_now)

        def do(store: "Store", act: Act) -> Acknowledged:
            from engine.operator.alarm_actions import close

            return close(store, frame.view.assessment, alarm, outcome, act)

        def told(answer: Acknowledged) -> Notice:
            words = f"Closed, {outcome.sentence()}"
            notice = acted_notice(words, about, answer, last or 0, self._options.zone, self._options.wall)
            hint = renewal(frame, alarm, answer, outcome)
            return replace(notice, text=f"{notice.text}{hint}", lasting=bool(hint))

        self._acts.store(frame, ("close", alarm.key), do, told, lambda why: refused_notice(about, why))


def renewal(frame: Frame, alarm: "Alarm", answer: Acknowledged, outcome: "AlarmOutcome") -> str:
    """Return the hint at the new baseline that a replaced part begins, "" where no part was replaced.

    Args:
        frame: on which the operator decided.
        alarm: that was closed.
        answer: of the store.
        outcome: that was stored.
    """
    if not (answer.stored and outcome.replaced):
        return ""
    if not frame.view.assessment.live or frame.view.session:
        return ". Only a watched machine begins a new baseline after a replacement"
    return (
        f". A new baseline of {clean(alarm.component)} begins: the engine learns it from the next recordings,"
        " then switch to it on the screen of the model"
    )


def fields_of(alarm: "Alarm") -> list[Field]:
    """Return the fields of the dialog; each check sees the texts of its field alone."""
    from engine.operator.closing import outcome_fault, typed_damage, typed_finding

    said: dict[str, str] = {}

    def finding(text: str) -> str:
        said["finding"] = text
        return _fault(lambda: typed_finding(text))

    def damage(text: str) -> str:
        said["damage"] = text
        return _fault(lambda: typed_damage(text))

    def note(text: str) -> str:
        outcome = typed_outcome((said["finding"], said["damage"], text, ""))
        fault = outcome_fault(outcome, alarm.component)
        return f"{fault[:1].upper()}{fault[1:]}." if fault else ""

    return [
        Field("Outcome", "confirmed, nothing or other; add replaced", check=finding),
        Field("Surface and size in mm", "outer, inner, element or cage; outer 2.1", check=damage),
        Field("Note", check=note),
        Field("Path of a photo", check=photo_fault),
    ]


def photo_fault(text: str) -> str:
    """Return the fault of a photo's path, "" for none or an empty path."""
    path = text.strip()
    return "" if not path or Path(path).expanduser().is_file() else "No file has this path."


def typed_outcome(texts: tuple[str, ...]) -> "AlarmOutcome":
    """Return the outcome of the texts of the fields, which have been checked."""
    from engine.operator.closing import outcome_of, typed_damage, typed_finding

    finding, damage, note, photo = texts
    (found, replaced), (surface, size) = typed_finding(finding), typed_damage(damage)
    place = str(Path(photo.strip()).expanduser().absolute()) if photo.strip() else ""
    return replace(outcome_of(found, surface, size, place, note), replaced=replaced)


def _fault(read: Callable[[], object]) -> str:
    try:
        read()
    except UnusableError as error:
        words = str(error)
        return f"{words[:1].upper()}{words[1:]}."
    return ""
