"""Esc and a key typed right after it, separated from the sequences of special keys."""

import time
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.events import Key, Paste
from textual.message import Message

from tui.terminal.pastes import Pasted, Pastes

ESCAPE = "\x1b"

INTRODUCERS = frozenset("[O]P_^X" + ESCAPE)
"""Characters after Esc with which a longer sequence may begin (ECMA-48: CSI, SS3, OSC and other strings)."""


class EscapeParser(XTermParser):
    """Reads Esc and another character as `alt+` and that key, whatever the character is.

    Textual reads Esc and Enter as Enter, Esc and `1` as `¡`, Esc and Tab as Shift+Tab: a user who cancels a
    dialog and types on would confirm it. Pasted texts are taken out before, so that none is read as keys.
    """

    def __init__(self, debug: bool = False) -> None:
        """Start outside a paste."""
        super().__init__(debug)
        self._pastes = Pastes()

    def feed(self, data: str) -> Iterable[Message]:
        """Yield the keys, pastes and reports in what came; an empty text is the end."""
        parts = self._pastes.read(data, time.monotonic()) if data else self._pastes.rest()
        yield from self._told(parts)
        if not data:
            yield from super().feed("")

    def tick(self) -> Iterable[Message]:
        """Yield what no further characters came for."""
        yield from super().tick()
        yield from self._told(self._pastes.overdue(time.monotonic()))

    def _told(self, parts: Iterable[str | Pasted]) -> Iterable[Message]:
        for part in parts:
            if isinstance(part, Pasted):
                yield Paste(part.text)
            elif not part:
                self._timeout_time = 0.0
                yield from super().tick()
            else:
                yield from super().feed(part)

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        """Yield the keys of a sequence.

        Args:
            sequence: as the terminal sent it.
            alt: whether Esc came before it.
        """
        if len(sequence) == 2 and sequence[0] == ESCAPE and sequence[1] not in INTRODUCERS:
            sequence, alt = sequence[1], True
        for event in super()._sequence_to_key_events(sequence, alt):
            yield Key(f"alt+{event.key.removeprefix('alt+')}", None) if alt else event
