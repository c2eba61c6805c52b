"""`raceway alarms`: the alarm list and the actions on alarms, from the shell."""

import inspect
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.clock import median_span, wall_clock
from replay.recording import clean_text
from tui.command_help import CommandList
from tui.commands.options import (
    FAILED,
    UNUSABLE,
    As,
    Config,
    Json,
    Machine,
    Session,
    State,
    fail,
    sentences,
    settings_of,
    warn_of_damage,
)
from tui.commands.records import look_for_session, picked
from tui.durations import EXAMPLES, span_of

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.operator.operator import Act
    from engine.records.assessment import Assessment
    from engine.records.events import Acknowledged, Event
    from engine.records.stored_settings import StoredSettings
    from engine.store.store import Store

_OPTIONS = {"state": State, "config": Config, "machine": Machine, "session": Session, "name": As}
"""Options of the commands: the record, its alarms, and the operator."""

AlarmName = Annotated[str, typer.Argument(help="The number of its ring, or its key, as in the list.")]


class ListFirst(CommandList):
    """A command group that shows the list if no command is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Insert `list` before options without a command."""
        bare = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        # A shell that completes the line asks for the commands.
        if bare and not ctx.resilient_parsing:
            args = ["list", *args]
        return super().parse_args(ctx, args)


alarms = typer.Typer(cls=ListFirst, no_args_is_help=False, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(
        alarms, name="alarms", help="List alarms, acknowledge, note, close or shelve them, and print figures."
    )


@dataclass(frozen=True)
class Desk:
    """The values that every command needs: the record, its alarms, and the operator's act."""

    store: "Store"
    assessment: "Assessment"
    events: "tuple[Event, ...]"
    alarms: "tuple[Alarm, ...]"
    act: "Act"
    settings: "StoredSettings"

    def find(self, which: str) -> "Alarm":
        """Return the alarm with this ring number or key."""
        for alarm in self.alarms:
            if which in (alarm.key, alarm.ring.alarm, str(alarm.ring.seq)):
                return alarm
        fail(f"there is no alarm {which!r}; raceway alarms --all lists them, with their rings", UNUSABLE)


@contextmanager
def _desk(
    state: Path | None, config: Path | None, machine: str | None, session: str | None, name: str | None
) -> Iterator[Desk]:
    """Open the store and fold its alarms as of now."""
    with sentences():
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.alarms.alarm import fold_alarms
        from engine.operator.alarm_actions import playhead_of
        from engine.operator.operator import Act, operator_of
        from engine.records.stored_settings import stored_settings
        from engine.store.store import Store
        from engine.system.account import account_name

        now = wall_clock()
        with Store.open(folder) as store:
            assessment = picked(store, machine, folder)
            look_for_session(store, assessment, session or "")
            events = store.events(assessment, session or "")
            warn_of_damage(folder, store.damage.sentence)
            at = playhead_of(store, assessment, events, now) or assessment.created_at
            # The settings of the record, unless a settings file is named now.
            rules = assessment.settings
            if config is not None or not rules.advice:
                rules = stored_settings(settings.plain())
            yield Desk(
                store=store,
                assessment=assessment,
                events=events,
                alarms=fold_alarms(events, at, rules.fold),
                act=Act(operator_of(account_name(), name, os.environ), session or "", at, now),
                settings=rules,
            )


def _at_desk(*, acts: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function that takes a desk; add the options that choose record and operator.

    Args:
        acts: whether it stores an operator's act, and so takes the operator's name.
    """

    def command(work: Callable[..., None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            chosen = {option: given.pop(option, None) for option in _OPTIONS}
            with _desk(**chosen) as desk:
                work(desk, **given)

        _, *own = inspect.signature(work).parameters.values()
        options = {key: kind for key, kind in _OPTIONS.items() if acts or key != "name"}
        keyword = inspect.Parameter.KEYWORD_ONLY
        shared = [
            inspect.Parameter(key, keyword, default=None, annotation=kind) for key, kind in options.items()
        ]
        asked = [one.replace(kind=keyword) for one in own]
        run.__name__, run.__doc__ = work.__name__, work.__doc__
        run.__annotations__ = {one.name: one.annotation for one in (*asked, *shared)}
        run.__signature__ = inspect.Signature([*asked, *shared])  # type: ignore[attr-defined]
        return run

    return command


@alarms.command("list")
@_at_desk(acts=False)
def list_alarms(
    desk: Desk,
    all_alarms: Annotated[bool, typer.Option("--all", help="Include alarms that are over.")] = False,
    as_json: Json = False,
) -> None:
    """Show the open alarms, the most urgent first, with advice for each."""
    from engine.alarms.advice import advice_for
    from engine.alarms.alarm import AlarmState
    from engine.alarms.peak import peak_stored
    from engine.reports.alarm_records import alarm_record
    from tui.output.alarm_table import alarm_text

    shown = [one for one in desk.alarms if all_alarms or one.state is not AlarmState.NORMAL]
    advice = [advice_for(alarm, desk.settings.advice) for alarm in shown]
    peaks = [peak_stored(desk.store, desk.assessment, alarm, desk.act.at) for alarm in shown]
    if as_json:
        told = [alarm_record(*one) for one in zip(shown, advice, peaks, strict=True)]
        print(json.dumps({"machine": desk.assessment.machine, "at": desk.act.at.isoformat(), "alarms": told}))
    else:
        print(alarm_text(desk.assessment.machine, desk.act.at, shown, advice, peaks))


@alarms.command()
@_at_desk()
def ack(
    desk: Desk,
    ring: Annotated[str, typer.Argument(help="Number of a ring, key of an alarm, or all.")],
    comment: Annotated[str, typer.Option(help="A short comment.")] = "",
) -> None:
    """Acknowledge a ring, or all rings in the list."""
    from engine.operator.alarm_actions import acknowledge

    if ring == "all":
        wanted = [alarm for alarm in desk.alarms if alarm.needs_acknowledgement]
    else:
        wanted = [desk.find(ring)]
    if not wanted:
        print("no alarm is unacknowledged")
    refused = False
    for alarm in wanted:
        answer = acknowledge(desk.store, desk.assessment, alarm.ring, desk.act, comment=comment)
        refused |= not _told(answer, "acknowledged", _named(alarm))
    if refused:
        raise typer.Exit(FAILED)


@alarms.command()
@_at_desk()
def note(
    desk: Desk,
    which: AlarmName,
    text: Annotated[str, typer.Argument(help="The text of the note.")],
) -> None:
    """Add a note to an alarm."""
    from engine.operator import alarm_actions

    alarm = desk.find(which)
    answer = alarm_actions.note(desk.store, desk.assessment, alarm, text, desk.act)
    _told(answer, "wrote a note on", _named(alarm))


@alarms.command()
@_at_desk()
def close(
    desk: Desk,
    which: AlarmName,
    outcome: Annotated[str, typer.Option(help="What was found: confirmed, nothing or other.")],
    surface: Annotated[str, typer.Option(help="Damaged surface: outer, inner, element or cage.")] = "",
    size: Annotated[float | None, typer.Option(help="Size of the damage [mm].")] = None,
    photo: Annotated[
        Path | None, typer.Option(help="Path of a photo of the damage; the path is stored.")
    ] = None,
    text: Annotated[str, typer.Option("--note", help="A comment; the outcome 'other' needs it.")] = "",
    replaced: Annotated[bool, typer.Option("--replaced", help="The component was replaced.")] = False,
) -> None:
    """Close an alarm with what was found at the machine; this acknowledges it."""
    from dataclasses import replace

    from engine.operator import alarm_actions
    from engine.operator.closing import outcome_of

    if photo is not None and not photo.is_file():
        fail(f"{photo}: no such file; --photo takes the path of a photo", UNUSABLE)
    place = "" if photo is None else str(photo.absolute())
    found = replace(outcome_of(outcome, surface, size, place, text), replaced=replaced)
    alarm = desk.find(which)
    answer = alarm_actions.close(desk.store, desk.assessment, alarm, found, desk.act)
    _told(answer, f"closed, {found.sentence()}:", _named(alarm))
    if replaced and alarm_actions.begins_baseline(desk.assessment, desk.act):
        print(alarm_actions.RENEWAL)


@alarms.command()
@_at_desk()
def shelve(
    desk: Desk,
    which: AlarmName,
    span: Annotated[str, typer.Option("--for", help="Duration: 30m, 4h, 1d.")],
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Shelve an alarm for some time, with a reason; an escalation ends the shelf."""
    from engine.operator import alarm_actions
    from engine.operator.shelf_limit import longest_shelf

    alarm = desk.find(which)
    answer = alarm_actions.shelve(
        desk.store,
        desk.assessment,
        alarm,
        _span(span),
        reason,
        desk.act,
        longest=longest_shelf(desk.settings),
    )
    _done(answer, "shelved", _named(alarm))


@alarms.command()
@_at_desk()
def unshelve(
    desk: Desk,
    which: AlarmName,
) -> None:
    """Unshelve an alarm; this acknowledges it."""
    from engine.operator import alarm_actions

    alarm = desk.find(which)
    answer = alarm_actions.unshelve(desk.store, desk.assessment, alarm, desk.act)
    _done(answer, "unshelved", _named(alarm))


@alarms.command()
@_at_desk()
def retire(
    desk: Desk,
    component: Annotated[str, typer.Argument(help="Name of the component, as on the screen.")],
    reason: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Take a component out of service for maintenance: its alarms need no acknowledgement."""
    from engine.operator import alarm_actions

    answer = alarm_actions.retire(desk.store, desk.assessment, component, reason, desk.act)
    _done(answer, "took out of service:", component)


@alarms.command()
@_at_desk()
def reinstate(
    desk: Desk,
    component: Annotated[str, typer.Argument(help="Name of the component, as on the screen.")],
) -> None:
    """Return a component to service."""
    from engine.operator import alarm_actions

    answer = alarm_actions.reinstate(desk.store, desk.assessment, component, desk.act)
    _done(answer, "returned to service:", component)
    print(alarm_actions.RELEARN)


@alarms.command()
@_at_desk(acts=False)
def stats(
    desk: Desk,
    as_json: Json = False,
) -> None:
    """Print alarm metrics: rates, floods, chattering, stale alarms, time to acknowledge."""
    from engine.alarms.metrics import alarm_figures
    from engine.reports.alarm_records import figures_record
    from tui.output.alarm_table import figures_text

    stamps = sorted(desk.store.times(desk.assessment))
    figures = alarm_figures(
        desk.events,
        stamps[0] if stamps else desk.act.at,
        desk.act.at,
        rules=desk.settings.fold,
        interval=median_span(stamps),
        live=not desk.act.session and desk.assessment.live,
    )
    if as_json:
        print(json.dumps({"machine": desk.assessment.machine, **figures_record(figures)}))
    else:
        print(figures_text(desk.assessment.machine, figures))


def _span(text: str) -> timedelta:
    span = span_of(text)
    if span is None:
        fail(f"--for {text!r} is not a duration; write it like {EXAMPLES}", UNUSABLE)
    return span


def _named(alarm: "Alarm") -> str:
    """Return an alarm in the words of the list, with the number of its ring."""
    from engine.explanation.wording import cause_words, subject
    from engine.reports.alarm_words import utc_time

    raised = f"raised {utc_time(alarm.raised.at)}"
    return f"{subject(alarm)}, {cause_words(alarm)}, {alarm.priority.value}, {raised} (ring {alarm.ring.seq})"


def _told(answer: "Acknowledged", what: str, name: str) -> bool:
    """Print the result of an act; return False if another operator was first."""
    if answer.stored:
        print(clean_text(f"{answer.by} {what} {name}"))
    else:
        when = f"{answer.recorded_at:%Y-%m-%d %H:%M:%S} UTC"
        print(clean_text(f"{answer.by} was first, at {when}: {what} {name}"))
    return answer.stored


def _done(answer: "Acknowledged", what: str, name: str) -> None:
    if not _told(answer, what, name):
        raise typer.Exit(FAILED)
