"""Requests from the shell to a live engine, such as relearn or switch. The engine answers in the store."""

import time
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import wall_clock
from tui.commands.machines.proposal import register_proposal
from tui.commands.options import FAILED, UNUSABLE, Config, Machine, State, fail
from tui.commands.records import live_record

if TYPE_CHECKING:
    from engine.records.assessment import Assessment
    from engine.records.events import Action, Event
    from engine.store.store import Store

ANSWER_SECONDS = 10.0
"""Time limit for an answer without work [s]; the engine polls once a second."""

LEARNING_SECONDS = 600.0
"""Time limit for learning [s]; after it, learning continues and the answer is still stored."""

POLL_SECONDS = 0.25


def register(engine_app: typer.Typer) -> None:
    """Add the commands to `raceway engine`."""
    engine_app.command()(relearn)
    engine_app.command()(switch)
    engine_app.command()(rename)
    engine_app.command()(retry)
    engine_app.command()(bundles)
    register_proposal(engine_app)


def relearn(
    healthy: Annotated[
        str,
        typer.Option(
            help="Healthy span: FROM..TO (ISO times, UTC), or N, the first snapshots of the record."
        ),
    ],
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway", help="Learn even if snapshots are too few or missing, or an alarm stood in the span."
        ),
    ] = False,
    component: Annotated[
        str | None,
        typer.Option(help="Learn a new baseline for this component alone, after its part was replaced."),
    ] = None,
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Learn a new baseline beside the one in use; the engine uses it after a switch."""
    from engine.config.healthy_span import parse_healthy
    from engine.records.events import Action

    try:
        parse_healthy(healthy)
    except ValueError as error:
        fail(f"--healthy {error}", UNUSABLE)
    detail: dict[str, object] = {"healthy": healthy, **({"anyway": True} if anyway else {})}
    if component is not None:
        detail["component"] = component
    ask_engine(Action.RELEARN, detail, state, config, machine, LEARNING_SECONDS)


def switch(
    bundle: Annotated[str, typer.Argument(help="Name of the bundle, as in raceway engine bundles.")],
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Score with another bundle of the store from the next snapshot on."""
    from engine.records.events import Action

    ask_engine(Action.SWITCH, {"bundle": bundle}, state, config, machine, ANSWER_SECONDS)


def rename(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD=NEW...", help="Name in the record and name in the settings; quote spaces."
        ),
    ],
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Keep the record of a machine whose components have new names in the settings."""
    from engine.records.events import Action

    with live_record(state, config, machine) as live:
        known = live.assessment.components
    pairs = [_pair(text, known) for text in names]
    ask_engine(Action.RENAME, {"names": pairs}, state, config, machine, ANSWER_SECONDS)


def _pair(text: str, known: Sequence[str]) -> list[str]:
    """Return the old and the new name in OLD=NEW; either may contain an equals sign."""
    splits = [(text[:at], text[at + 1 :]) for at, letter in enumerate(text) if letter == "="]
    splits = [(old.strip(), new.strip()) for old, new in splits if old.strip() and new.strip()]
    if not splits:
        fail(f"{text!r}: write OLD=NEW, such as 'Bearing 1=Drive end'", UNUSABLE)
    spelled = {unicodedata.normalize("NFC", name) for name in known}
    fitting = (split for split in splits if unicodedata.normalize("NFC", split[0]) in spelled)
    return list(next(fitting, splits[0]))


def retry(
    file: Annotated[str, typer.Argument(help="Name of the file, as in raceway status.")],
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Read a refused file again, although it is unchanged."""
    from engine.records.events import Action

    with live_record(state, config, machine) as live:
        refused = live.store.quarantined(live.assessment.machine_id)
    found = next((one for one in refused if one.name == file), None)
    if found is None:
        fail(f"{file}: not among the refused files; raceway status lists them", UNUSABLE)
    ask_engine(Action.RETRY, {"raw": found.raw.hex()}, state, config, machine, ANSWER_SECONDS)


def bundles(state: State = None, config: Config = None, machine: Machine = None) -> None:
    """List the bundles of the store; an asterisk marks the one in use."""
    with live_record(state, config, machine) as live:
        from engine.bundles.library import Bundles

        shelf = Bundles(live.place, live.assessment.key)
        current = shelf.current()
        for name in shelf.names():
            print(f"{'*' if name == current else ' '} {name}")


def ask_engine(
    action: "Action",
    detail: Mapping[str, object],
    state: Path | None,
    config: Path | None,
    machine: str | None,
    patience: float,
    by: str | None = None,
) -> None:
    """Store a request, wait for its answer and print it.

    Args:
        action: the requested action.
        detail: further values for the engine, in JSON types.
        state: folder of the store, None for that of the settings.
        config: the user's settings file.
        machine: name of the machine, where the store holds several.
        patience: time limit for the answer [s].
        by: the operator's name, None for the account's.
    """
    with live_record(state, config, machine, read_only=False) as live:
        request = put_request(live.store, live.assessment, action, detail, by)
        answer = _answer(live.store, live.assessment, request, patience)
    if answer is None:
        fail(
            f"asked, and not answered within {patience:.0f} s; the request stays open until an engine watches"
            f" {live.assessment.machine} (raceway status says whether one does)",
            FAILED,
        )
    if not answer.detail["done"]:
        fail(str(answer.detail["words"]), FAILED)
    print(answer.detail["words"])


def put_request(
    store: "Store",
    assessment: "Assessment",
    action: "Action",
    detail: Mapping[str, object],
    by: str | None = None,
) -> "Event":
    """Store a request of this account.

    Args:
        store: holds the assessment.
        assessment: the live record.
        action: the requested action.
        detail: further values for the engine, in JSON types.
        by: the operator's name, None for the account's.
    """
    from engine.operator.alarm_actions import playhead_of
    from engine.system.account import account_name

    now = wall_clock()
    at = playhead_of(store, assessment, store.events(assessment), now) or now
    return store.request(assessment, action, by=by or account_name(), now=now, at=at, detail=detail)


def _answer(store: "Store", assessment: "Assessment", request: "Event", patience: float) -> "Event | None":
    from engine.records.events import EventKind

    deadline = time.monotonic() + patience
    while True:
        for event in store.events(assessment, after=request.seq):
            if event.kind is EventKind.ANSWERED and event.ring == request.seq:
                return event
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_SECONDS)
