"""The part of the console that actions see; tests give them a fake without a terminal."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from engine.clock import moment
from engine.operator.operator import Act
from engine.records.events import Acknowledged, Event
from tui.console.options import ConsoleOptions
from tui.console.selection import Selection
from tui.console.writer import Work
from tui.data.frame import Frame
from tui.data.view import View
from tui.draw.notice import Notice
from tui.draw.text import Role
from tui.screens.dialog import Field, Question
from tui.screens.state import Rows

if TYPE_CHECKING:
    from engine.store.store import Store

Do = Callable[["Store", Act], Acknowledged]
"""An act of an operator, in a session, at a time."""

Answers = Mapping[Hashable, Acknowledged | str]
"""The store's answer to each act, or the reason why nothing was stored."""


class Host(Protocol):
    """The console as actions see it: a frame, a selection, notices, dialogs and the store."""

    selection: Selection

    @property
    def frame(self) -> Frame | None:
        """The frame on the screen, None before there is one."""

    @property
    def rows(self) -> Rows:
        """The kind of rows of the screen on top."""

    @property
    def live_now(self) -> int | None:
        """The present in recording time, None for a finished run."""

    def seconds_on_screen(self, ring: Event) -> float:
        """Return for how long a ring has been on the screen, 0 if it was not drawn yet."""

    def tell(self, notice: Notice) -> None:
        """Show a notice."""

    def ask(
        self, question: Question, fields: Sequence[Field], answered: Callable[[tuple[str, ...]], None]
    ) -> None:
        """Open a dialog; `answered` gets the texts, and is not called if the dialog is cancelled.

        Without fields the dialog asks for a second key, and `answered` gets no texts.
        """

    def store(self, acts: Mapping[Hashable, Work], stored: Callable[[Answers], None]) -> None:
        """Store acts on the writing thread, each in a transaction of its own.

        Args:
            acts: the acts by a key; an act with the key of one under way is skipped.
            stored: gets the answers once all acts are stored or refused.
        """


class NavigationHost(Host, Protocol):
    """The console as navigation sees it."""

    @property
    def view(self) -> View | None:
        """All that was read of the store, None before there is an assessment."""

    @property
    def live(self) -> bool:
        """Whether a watched machine is shown, and not a finished run."""

    @property
    def notice(self) -> Notice:
        """The notice on the screen."""

    def poll(self) -> None:
        """Read the store."""

    def changed(self, *, instant_only: bool = False) -> None:
        """Draw soon; if only the instant changed, not more often than needed."""

    def ring_bell(self) -> None:
        """Ring the terminal's bell."""


class Acts:
    """The way from a decision to the store, shared by all actions: may it, ask first, store, tell."""

    def __init__(self, host: Host, options: ConsoleOptions) -> None:
        """Act for the operator of these options."""
        self._host, self._options = host, options

    def frame(self) -> Frame | None:
        """Return the frame if this console can act on it; otherwise say why not."""
        if self._options.read_only:
            self._host.tell(
                Notice(
                    "This console is read-only (--read-only) and stores nothing; attach without the option"
                    " to act.",
                    Role.WARNING,
                )
            )
            return None
        frame = self._host.frame
        if frame is None or frame.playhead.at is None:
            self._host.tell(Notice("There is no alarm yet."))
            return None
        return frame

    def confirm(self, question: Question, do: Callable[[], None]) -> None:
        """Do something after a second key."""
        self._host.ask(question, (), lambda _texts: do())

    def work(self, frame: Frame, do: Do) -> Work:
        """Return an act as of a frame, by this operator, now."""
        at = moment(cast(int, frame.playhead.at))
        act = Act(self._options.operator, frame.view.session, at, self._options.now())
        return lambda store: do(store, act)

    def store(
        self,
        frame: Frame,
        key: Hashable,
        do: Do,
        done: Callable[[Acknowledged], Notice],
        refused: Callable[[str], Notice],
    ) -> None:
        """Store an act as of the frame it was decided on, and tell the result.

        Args:
            frame: on which the operator decided.
            key: of the act; a second act with it waits for the first.
            do: the act.
            done: makes the notice of the store's answer.
            refused: makes the notice of the reason why nothing was stored.
        """

        def stored(answers: Answers) -> None:
            for answer in answers.values():
                self._host.tell(refused(answer) if isinstance(answer, str) else done(answer))

        self._host.store({key: self.work(frame, do)}, stored)
