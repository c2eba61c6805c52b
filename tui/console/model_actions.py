"""Model actions: accept the baseline, and ask the engine to switch bundles or to learn again."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.operator.operator import Act
from engine.records.events import Acknowledged, Action
from tui.console.further.proposal import ProposalActions, request_of
from tui.console.host import Acts, Do, Host
from tui.console.options import ConsoleOptions
from tui.data.frame import Frame
from tui.data.model_facts import ModelFacts
from tui.draw.notice import Notice, refused_notice
from tui.draw.text import Role, clean
from tui.screens.dialog import Field, Question

if TYPE_CHECKING:
    from engine.store.store import Store


class ModelActions:
    """The requests of the model screen: each is an event in the store; the engine answers with another."""

    def __init__(self, host: Host, options: ConsoleOptions) -> None:
        """Act for the operator of these options."""
        self._host, self._options = host, options
        self._acts = Acts(host, options)
        self.proposals = ProposalActions(host, self._acts, self._may_ask, self._wish)

    def accept(self, facts: ModelFacts | None) -> None:
        """Accept the baseline in use.

        Args:
            facts: about the bundles, None before they were read.
        """
        frame = self._acts.frame()
        if frame is None:
            return
        # Only screens in use are loaded.
        from tui.screens.model.bundles import acceptance

        learned, given = acceptance(frame)
        if not learned:
            self._host.tell(Notice("The engine has not learned a baseline yet."))
            return
        if given is not None:
            by = clean(str(given.detail.get("by", "somebody")))
            self._host.tell(Notice(f"The baseline is accepted already, by {by}."))
            return
        current = facts.current if facts is not None else None
        doubts = len(current.doubts) if current is not None else 0
        about = "You confirm that the machine was healthy while it was learned. This holds for every console."
        doubted = (f"{doubts} doubts were found; read them in the pane first.",) if doubts else ()
        ask = Question("Accept the baseline?", (about, *doubted), "y accepts, Esc cancels")

        def do(store: "Store", act: Act) -> Acknowledged:
            from engine.operator.acceptance import accept_baseline

            if frame.view.assessment.live:
                return request_of(store, act, frame, Action.ACCEPT, {})
            # A finished run has no engine to ask.
            accept_baseline(store, frame.view.assessment, act.who.by, act.now)
            return Acknowledged(True, act.who.by, act.at, act.now)

        self._acts.confirm(ask, lambda: self._wish(frame, "accept the baseline", do))

    def switch(self, facts: ModelFacts | None, chosen: str | None) -> None:
        """Ask the engine to score with the bundle that is chosen.

        Args:
            facts: about the bundles, None before they were read.
            chosen: name of the bundle, None before one is chosen.
        """
        frame = self._may_ask("Use raceway score --bundle")
        if frame is None:
            return
        names = [one.name for one in facts.bundles if not one.in_use] if facts is not None else []
        if chosen is None or chosen not in names:
            self._host.tell(
                Notice(
                    "First choose a bundle that is not in use (b)." if names else "There is no other bundle."
                )
            )
            return
        name = chosen
        ask = Question(
            "Switch the bundle?",
            (
                f"The engine scores with {name} from the next snapshot on.",
                "Severities before and after cannot be compared.",
            ),
            "y switches, Esc cancels",
        )

        def do(store: "Store", act: Act) -> Acknowledged:
            return request_of(store, act, frame, Action.SWITCH, {"bundle": name})

        self._acts.confirm(ask, lambda: self._wish(frame, f"switch to {name}", do))

    def relearn(self) -> None:
        """Ask the engine to learn again from a span."""
        frame = self._may_ask("Use raceway learn, and score with its bundle")
        if frame is None:
            return

        def check(text: str) -> str:
            from engine.config.healthy_span import parse_healthy

            try:
                parse_healthy(text.strip())
            except ValueError as error:
                return f"the span {error}"
            return ""

        def write(texts: tuple[str, ...]) -> None:
            span = texts[0].strip()

            def do(store: "Store", act: Act) -> Acknowledged:
                return request_of(store, act, frame, Action.RELEARN, {"healthy": span})

            self._wish(frame, f"learn again from {span}", do)

        hint = "200, 20% or 2004-02-12T10:00..2004-02-13T19:00 (UTC)"
        field = Field("Healthy span to learn from", hint, "", check)
        about = (
            "The engine goes on watching while it learns. Nothing changes until you switch to the new bundle."
        )
        self._host.ask(Question("Learn again?", (about,)), [field], write)

    def _may_ask(self, otherwise: str) -> Frame | None:
        frame = self._acts.frame()
        if frame is not None and frame.view.assessment.expected:
            self._host.tell(Notice(f"This is a finished run, without an engine. {otherwise}.", Role.WARNING))
            return None
        return frame

    def _wish(self, frame: Frame, what: str, do: Do) -> None:
        live = frame.view.assessment.live
        beat = frame.view.heartbeat
        silent = live and (beat is None or _old(beat.beat_at, self._options.now()))
        tail = "; the engine answers on this screen" if live else ""
        if silent:
            tail = "; no engine is running; it answers after its next start"
        self._acts.store(
            frame,
            ("wish", what),
            do,
            lambda _answer: Notice(f"Stored: {what}{tail}.", Role.GOOD),
            lambda why: refused_notice(what, why),
        )


def _old(beat: datetime, now: datetime) -> bool:
    return (now - beat).total_seconds() > 10
