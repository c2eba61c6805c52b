"""Esc and a key typed right after it, separated from the sequences of special keys."""

from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.events import Key

ESCAPE = "\x1b"

INTRODUCERS = frozenset("[O]P_^X" + ESCAPE)
"""Characters after Esc with which a longer sequence may begin (ECMA-48: CSI, SS3, OSC and other strings)."""


class EscapeParser(XTermParser):
    """Reads Esc and another character as `alt+` and that key, whatever the character is.

    Textual reads Esc and Enter as Enter, Esc and `1` as `¡`, Esc and Tab as Shift+Tab: a user who cancels a
    dialog and types on would confirm it.
    """

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
