"""Accept or refuse the proposed baseline; one that would silence a standing alarm needs a typed word."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.operator.operator import Act
from engine.records.events import Acknowledged, Action
from tui.console.host import Acts, Do, Host
from tui.data.frame import Frame
from tui.draw.notice import Notice
from tui.draw.text import clean
from tui.screens.dialog import Field, Question

if TYPE_CHECKING:
    from engine.alarms.proposals import Proposal
    from engine.store.store import Store


WORD = "silence"
"""Typed to accept a proposal that would silence a standing alarm: one key could be a slip."""


def _confirmed(text: str) -> str:
    return "" if text.strip().lower() == WORD else f'Type "{WORD}", or press Esc to leave all as it is.'


def request_of(
    store: "Store", act: Act, frame: Frame, action: Action, detail: dict[str, object]
) -> Acknowledged:
    """Store a request to the engine.

    Args:
        store: of the machine.
        act: of the operator.
        frame: on which the operator decided.
        action: the requested action.
        detail: further values for the engine, in JSON types.
    """
    asked = store.request(frame.view.assessment, action, by=act.who.by, now=act.now, at=act.at, detail=detail)
    return Acknowledged(True, act.who.by, asked.at, act.now)


class ProposalActions:
    """The two answers of a person to a proposal."""

    def __init__(
        self,
        host: Host,
        acts: Acts,
        may_ask: Callable[[str], Frame | None],
        wish: Callable[[Frame, str, Do], None],
    ) -> None:
        """Act through the model actions: `may_ask` refuses finished runs, `wish` stores a request."""
        self._host, self._acts, self._may_ask, self._wish = host, acts, may_ask, wish

    def accept(self) -> None:
        """Ask for a second key, or for a word where a standing alarm would be silenced."""
        found = self._standing()
        if found is None:
            return
        from engine.alarms.proposals import in_words, listed, verdict_on

        frame, proposal = found
        verdict = verdict_on(proposal, frame.view.events)
        told = tuple(f"It {one}." for one in in_words(verdict))
        about = (
            "The engine scores with it from the next snapshot on. Severities before and after"
            " cannot be compared."
        )
        detail: dict[str, object] = {"bundle": proposal.bundle}

        def send(**more: object) -> None:
            def do(store: "Store", act: Act) -> Acknowledged:
                return request_of(store, act, frame, Action.ACCEPT_PROPOSAL, {**detail, **more})

            self._wish(frame, "accept the proposed baseline", do)

        if not verdict.standing:
            ask = Question("Accept the proposed baseline?", (*told, about), "y accepts, Esc cancels")
            self._acts.confirm(ask, send)
            return
        names = clean(listed(verdict.standing))
        warning = (
            *told,
            f"The proposed baseline calls the state of {names} normal. The alarm stays until it is closed,"
            " but the engine would not raise it again. Accept only if you have examined the machine.",
        )
        ask = Question("Accept a baseline that silences an alarm?", warning)
        field = Field(f'Type "{WORD}" to accept', check=_confirmed)
        self._host.ask(ask, [field], lambda _texts: send(anyway=True))

    def refuse(self) -> None:
        """Ask for a reason; an empty one is taken."""
        found = self._standing()
        if found is None:
            return
        frame, proposal = found

        def write(texts: tuple[str, ...]) -> None:
            detail: dict[str, object] = {"bundle": proposal.bundle, "reason": texts[0].strip()}

            def do(store: "Store", act: Act) -> Acknowledged:
                return request_of(store, act, frame, Action.REFUSE_PROPOSAL, detail)

            self._wish(frame, "refuse the proposed baseline", do)

        about = "The bundle in use stays. These snapshots are not proposed again."
        field = Field("Reason", "may be empty")
        self._host.ask(Question("Refuse the proposed baseline?", (about,)), [field], write)

    def _standing(self) -> "tuple[Frame, Proposal] | None":
        from engine.alarms.proposals import open_proposal

        frame = self._may_ask("Use raceway learn, and score with its bundle")
        if frame is None:
            return None
        proposal = open_proposal(frame.view.events)
        if proposal is None or not proposal.stands:
            absent = "Set [learning] propose to get proposals."
            learning = "It is being learned." if proposal is not None else absent
            self._host.tell(Notice(f"There is no proposed baseline. {learning}"))
            return None
        return frame, proposal
