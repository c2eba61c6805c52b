"""Dialogs: a question with fields, or a question that a second key answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.draw.notice import wrapped
from tui.draw.text import Line, Lines, Role, Span, fit, title
from tui.screens.panel import Panel

LONGEST = 500
"""Characters that a field takes; more would not be read."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a dialog. `check` returns the fault of a text in a sentence, "" for none."""

    label: str
    hint: str = ""
    value: str = ""
    check: Callable[[str], str] = lambda _text: ""


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a dialog: a heading, sentences about the subject, and the keys."""

    heading: str
    sentences: tuple[str, ...]
    answers: str = "Enter saves, Esc cancels"


def needed(what: str) -> Callable[[str], str]:
    """Return a check that a text is not empty."""
    return lambda text: "" if text.strip() else what


class Modal(ModalScreen[None]):
    """A screen over another; it closes once."""

    _leaving = False

    def on_mount(self) -> None:
        """Draw everything."""
        self._draw()

    def on_resize(self) -> None:
        """Draw as much as there is room for."""
        self._draw()

    def _draw(self) -> None:
        """Give each panel its lines."""
        raise NotImplementedError

    def close(self, answer: Callable[[], None] | None = None) -> None:
        """Give the answer, if there is one, and close; a second time nothing happens.

        The answer comes first: if closing fails, nothing that was typed is lost.
        """
        if self._leaving:
            return
        self._leaving = True
        if answer is not None:
            answer()
        self.dismiss()

    def warn(self, words: str) -> None:
        """Show a sentence about a key that is not for this screen."""


class Dialog(Modal):
    """A question with fields; the texts typed into them are given to `answered`, unless it is cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", priority=True),
        Binding("tab", "field(1)", "next field", priority=True),
        Binding("shift+tab", "field(-1)", "previous field", priority=True),
    ]
    AUTO_FOCUS = "Input"

    def __init__(
        self, question: Question, fields: Sequence[Field], answered: Callable[[tuple[str, ...]], None]
    ) -> None:
        """Ask a question.

        Args:
            question: its words.
            fields: the fields to fill in.
            answered: gets the texts of the fields.
        """
        super().__init__()
        self.question, self.fields = question, tuple(fields)
        self._answered = answered
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """Yield the question, its fields, and their faults."""
        with Vertical(id="dialog"):
            yield Panel(id="question")
            for number, field in enumerate(self.fields):
                yield Panel(id=f"label{number}")
                made = Input(
                    field.value, placeholder=field.hint, id=f"field{number}", max_length=LONGEST, compact=True
                )
                # A cursor that blinks is traffic on a slow line.
                made.cursor_blink = False
                yield made
            yield Panel(id="answers")

    def _draw(self) -> None:
        if not self.query("#question"):
            # It is left again before it was made.
            return
        width = max(self.size.width - 4, 1)
        question = self.query_one("#question", Panel)
        question.wanted = len(question_lines(width, 99, self.question))
        question.show(lambda width, height: question_lines(width, height, self.question))
        for number, field in enumerate(self.fields):
            label = self.query_one(f"#label{number}", Panel)
            label.show(partial(label_lines, label=field.label))
        answers = self.query_one("#answers", Panel)
        answers.wanted = len(answer_lines(width, 99, self.question, self._wrong))
        answers.show(lambda width, height: answer_lines(width, height, self.question, self._wrong))

    def on_key(self, event: Key) -> None:
        """Give keys typed before the first field is ready to that field."""
        if self.fields and event.is_printable and event.character is not None:
            event.stop()
            field = self.focused or self.query_one("#field0")
            if isinstance(field, Input):
                field.insert_text_at_cursor(event.character)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the next field; from the last one, answer, if all is well."""
        event.stop()
        if self._leaving:
            return
        texts = [self.query_one(f"#field{number}", Input).value for number in range(len(self.fields))]
        here = int(str(event.input.id).removeprefix("field"))
        for number, (field, text) in enumerate(zip(self.fields, texts, strict=True)):
            if number > here:
                self.query_one(f"#field{number}", Input).focus()
                self._say("")
                return
            wrong = field.check(text)
            if wrong:
                self.query_one(f"#field{number}", Input).focus()
                self._say(wrong)
                return
        self.close(lambda: self._answered(tuple(texts)))

    def warn(self, words: str) -> None:
        """Show a sentence in the place of the keys."""
        self._say(words)

    def _say(self, wrong: str) -> None:
        self._wrong = wrong
        self._draw()

    def action_leave(self) -> None:
        """Cancel."""
        self.close()

    def action_field(self, by: int) -> None:
        """Go to the next or previous field; after the last comes the first."""
        focused = self.focused
        if isinstance(focused, Input) and self.fields:
            here = int(str(focused.id).removeprefix("field"))
            self.query_one(f"#field{(here + by) % len(self.fields)}", Input).focus()


class Confirm(Dialog):
    """A question that a second key answers: `y` does it, any other character cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y,Y", "yes", "yes")]
    AUTO_FOCUS = ""

    def __init__(
        self,
        question: Question,
        answered: Callable[[tuple[str, ...]], None],
        cancelled: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask a question.

        Args:
            question: its words.
            answered: called after `y`.
            cancelled: called after another character: its key may have been pressed twice.
        """
        super().__init__(question, (), answered)
        self._cancelled = cancelled

    def action_yes(self) -> None:
        """Give the answer yes."""
        self.close(lambda: self._answered(()))

    def on_key(self, event: Key) -> None:
        """Cancel on any other character."""
        if event.is_printable and event.key not in {"y", "Y"}:
            event.stop()
            self.close(self._cancelled)


def question_lines(width: int, height: int, question: Question) -> Lines:
    """Return the heading and the sentences, broken between words."""
    lines: list[Line] = [title(question.heading, width)]
    for sentence in question.sentences:
        lines.extend((Span(fit(row, width)),) for row in wrapped(sentence, width, 6))
    return lines[:height]


def answer_lines(width: int, height: int, question: Question, wrong: str) -> Lines:
    """Return the fault, or else the keys."""
    text, role = (wrong, Role.ALARM) if wrong else (question.answers, Role.DIM)
    lines: Lines = [(Span(fit(row, width), role),) for row in wrapped(text, width, 3)]
    return lines[:height]


def label_lines(width: int, _height: int, label: str) -> Lines:
    """Return the label of a field."""
    return [(Span(fit(label, width), Role.STRONG),)]
