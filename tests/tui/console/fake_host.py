"""A console without a terminal: what actions see of it, and what they did to it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.clock import microseconds
from engine.records.events import Event
from engine.store.store import Store
from tests.tui import synthetic
from tui.console.host import Answers
from tui.console.selection import Selection
from tui.console.writer import Work, Writer
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.draw.notice import Notice
from tui.screens.dialog import Field, Question
from tui.screens.state import Rows

Answered = Callable[[tuple[str, ...]], None]


@dataclass
class FakeHost:
    """Stores at once; keeps notices and the dialog that is open."""

    state: Path
    view: View | None
    frame: Frame | None = None
    rows: Rows = Rows.BEARINGS
    selection: Selection = field(default_factory=Selection)
    live: bool = False
    live_now: int | None = None
    notices: list[Notice] = field(default_factory=list)
    dialog: tuple[Question, tuple[Field, ...], Answered] | None = None
    on_screen: float = 60.0
    bells: int = 0
    polls: int = 0
    draws: list[bool] = field(default_factory=list)

    @property
    def notice(self) -> Notice:
        return self.notices[-1] if self.notices else Notice()

    def seconds_on_screen(self, ring: Event) -> float:
        return self.on_screen

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)

    def ask(self, question: Question, fields: Sequence[Field], answered: Answered) -> None:
        self.dialog = (question, tuple(fields), answered)

    def answer(self, *texts: str) -> None:
        """Answer the dialog that is open."""
        assert self.dialog is not None
        (_, fields, answered), self.dialog = self.dialog, None
        assert len(fields) == len(texts)
        assert all(one.check(text) == "" for one, text in zip(fields, texts, strict=True))
        answered(texts)

    def store(self, acts: Mapping[Hashable, Work], stored: Callable[[Answers], None]) -> None:
        writer = Writer(lambda: Store.open(self.state))
        stored({key: writer.do(work) for key, work in acts.items()})
        writer.close()

    def poll(self) -> None:
        self.polls += 1

    def changed(self, *, instant_only: bool = False) -> None:
        self.draws.append(instant_only)

    def ring_bell(self) -> None:
        self.bells += 1

    def look(self, position: int) -> None:
        """Read the store and put a frame of that snapshot on the screen."""
        reader = Reader(lambda: Store.open(self.state), lambda store: store.assessments()[-1], "night shift")
        self.view = reader.poll().view
        reader.close()
        assert self.view is not None
        self.frame = Frame(self.view, Playhead(microseconds(synthetic.at(position)), 1.0, False))
