"""`raceway engine proposal`: list the proposals to learn again, accept or refuse the one that stands."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands.machines.alarms import ListFirst
from tui.commands.options import As, Config, Machine, State
from tui.commands.records import live_record

if TYPE_CHECKING:
    from engine.alarms.proposals import Proposal
    from engine.records.events import Event

proposal_app = typer.Typer(cls=ListFirst, no_args_is_help=False, rich_markup_mode=None)


def register_proposal(engine_app: typer.Typer) -> None:
    """Add the group to `raceway engine`."""
    engine_app.add_typer(
        proposal_app,
        name="proposal",
        help="Proposed baselines: list, accept or refuse them.",
    )


@proposal_app.command("list")
def list_proposals(state: State = None, config: Config = None, machine: Machine = None) -> None:
    """Show the proposals, the newest last, and what the one that stands says of the alarms since."""
    from engine.alarms.proposals import proposals_of

    with live_record(state, config, machine) as live:
        events = live.store.events(live.assessment)
    found = proposals_of(events)
    if not found:
        print("no baseline was proposed yet")
    for proposal in found:
        for line in _lines(proposal, events):
            print(line)


@proposal_app.command()
def accept(
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Accept even if it would silence an alarm that stands.")
    ] = False,
    name: As = None,
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Score with the proposed baseline from the next snapshot on."""
    from engine.records.events import Action
    from tui.commands.machines.engine_requests import ANSWER_SECONDS, ask_engine

    detail: dict[str, object] = {"anyway": True} if anyway else {}
    ask_engine(Action.ACCEPT_PROPOSAL, detail, state, config, machine, ANSWER_SECONDS, _by(name))


@proposal_app.command()
def refuse(
    reason: Annotated[str, typer.Option(help="The reason.")] = "",
    name: As = None,
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Refuse the proposed baseline; its snapshots are not proposed again."""
    from engine.records.events import Action
    from tui.commands.machines.engine_requests import ANSWER_SECONDS, ask_engine

    detail: dict[str, object] = {"reason": reason} if reason else {}
    ask_engine(Action.REFUSE_PROPOSAL, detail, state, config, machine, ANSWER_SECONDS, _by(name))


def _by(name: str | None) -> str:
    from engine.operator.operator import operator_of
    from engine.system.account import account_name

    return operator_of(account_name(), name, os.environ).by


def _lines(proposal: "Proposal", events: "tuple[Event, ...]") -> list[str]:
    """Return a proposal in lines of text, without control characters."""
    from engine.alarms.proposals import in_words, verdict_on
    from replay.recording import clean_text

    span = f"{proposal.first:%Y-%m-%d %H:%M:%S} to {proposal.last:%Y-%m-%d %H:%M:%S} UTC"
    head = f"{proposal.step.value:<10} {proposal.name or '-'}  {proposal.snapshots} snapshots, {span}"
    told = [f"because {proposal.reason}"] if proposal.reason else []
    if proposal.stands:
        told += [f"it {one}" for one in in_words(verdict_on(proposal, events))]
    elif proposal.ended is not None:
        told.append(str(proposal.ended.detail.get("message", "")))
    return [clean_text(head), *(f"           {clean_text(one)}" for one in told)]
