"""Pasted texts, taken out of what a terminal sends before keys are read from it.

A terminal marks a paste at both ends. On a slow link the marks arrive in pieces, and a text may hold escape
sequences. Textual would then read parts of the text as keys, or wait for the end of the paste for ever.
"""

import re
from dataclasses import dataclass, field

START, END = "\x1b[200~", "\x1b[201~"
"""The marks around a paste (xterm, bracketed paste mode)."""

HELD_SECONDS = 0.5
"""After such a silence the beginning of a mark was something else."""

OPEN_SECONDS = 3.0
"""After such a silence a paste is over, although its end never came."""

MOST = 100_000
"""Characters of a paste; further ones are dropped."""

LEAST_HELD = 2
"""Characters of a mark's beginning that are held back: Esc alone is a key."""

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X].*?(?:\x07|\x1b\\)|.)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted text in one line, without control characters."""

    text: str


@dataclass(slots=True)
class Pastes:
    """Splits the characters of a terminal into those of keys and pasted texts."""

    _held: str = ""
    """The beginning of a mark, outside a paste."""

    _text: str | None = None
    """The paste so far; None outside one."""

    _escaped: bool = False
    """Whether Esc was the last character outside a paste: the rest of a mark may follow."""

    _last: float = field(default=0.0)

    def read(self, data: str, now: float) -> list[str | Pasted]:
        """Return the parts of what came, in order; an empty one ends an Esc that was passed on.

        Args:
            data: characters, at least one.
            now: clock that only goes forward [s].
        """
        self._last = now
        parts: list[str | Pasted] = []
        data, self._held = self._held + data, ""
        late = self._escaped and self._text is None
        if late and START[1:].startswith(data) and data != START[1:]:
            self._held = data
            return parts
        if late and data.startswith(START[1:]):
            # Esc was passed on as a key before the rest of the mark came.
            data, self._text = data[len(START) - 1 :], ""
            parts.append("")
        while data:
            if self._text is not None:
                data = self._within(data, parts)
                continue
            before, found, data = data.partition(START)
            if found:
                self._text = ""
            else:
                before, self._held = _without_beginning(before)
            if before:
                parts.append(before)
                self._escaped = before.endswith("\x1b")
        return parts

    def overdue(self, now: float) -> list[str | Pasted]:
        """Return what was held back for too long.

        Args:
            now: clock that only goes forward [s].
        """
        silence = now - self._last
        if self._text is not None and silence > OPEN_SECONDS:
            text, self._text = self._text, None
            return [Pasted(plain_text(text))]
        if self._held and silence > HELD_SECONDS:
            held, self._held = self._held, ""
            return [held]
        return []

    def rest(self) -> list[str | Pasted]:
        """Return everything that is held back: nothing more will come."""
        self._last = float("-inf")
        return self.overdue(0.0)

    def _within(self, data: str, parts: list[str | Pasted]) -> str:
        """Take the text of a paste; return what follows it."""
        # The mark may have begun in what came before.
        text, found, after = ((self._text or "") + data).partition(END)
        if not found:
            self._text = text if len(text) <= MOST else text[:MOST] + text[max(MOST, len(text) - len(END)) :]
            return ""
        parts.append(Pasted(plain_text(text[:MOST])))
        self._text, self._escaped = None, False
        return after


def plain_text(text: str) -> str:
    """Return a text in one line, without escape sequences and control characters.

    Every field of the console has one line: of a text with line breaks it would keep the first line alone.
    """
    line = " ".join(part for part in re.split(r"[\r\n\t]+", _SEQUENCE.sub("", text)) if part)
    return "".join(one for one in line if one.isprintable())


def _without_beginning(text: str) -> tuple[str, str]:
    """Return a text without the beginning of a mark at its end, and that beginning."""
    for size in range(len(START) - 1, LEAST_HELD - 1, -1):
        if text.endswith(START[:size]):
            return text[:-size], START[:size]
    return text, ""
