"""The key gate: decides which keys get through while a dialog closes, and reads `alt+` keys as Esc."""

from collections.abc import Callable, Container

REPEAT_SECONDS = 0.5
"""The key that closed a dialog does nothing else until it was quiet for so long: it is not pressed twice so
fast for two reasons, and a key held down repeats faster."""

ESCAPE = "escape"


class KeyGate:
    """Keys on their way to the screen on top."""

    def __init__(
        self, bound: Container[str], clock: Callable[[], float], always: Container[str] = ()
    ) -> None:
        """Let keys through.

        Args:
            bound: names of the keys that do something; an `alt+` key among them is that key.
            clock: seconds that never go back.
            always: names of the keys that always get through, because they leave.
        """
        self._bound, self._clock, self._always = bound, clock, always
        self._closing = False
        self._last = self._spent = ""
        self._spent_at = 0.0

    def passed(self, key: str) -> str | None:
        """Return the key that a key press means, None if it means nothing.

        An unbound `alt+` key means Esc: terminals send Esc and a key typed right after it like that.
        """
        if key in self._always:
            return key
        if key.startswith("alt+") and key not in self._bound:
            key = ESCAPE
        if self._closing:
            return None
        if key == self._spent and self._clock() - self._spent_at < REPEAT_SECONDS:
            self._spent_at = self._clock()
            return None
        self._last, self._spent = key, ""
        return key

    def close(self) -> None:
        """Let no key through: a dialog closes, and the keys on their way were meant for it."""
        self._closing = True
        self._spent, self._spent_at = self._last, self._clock()

    def open(self) -> None:
        """Let keys through again."""
        self._closing = False
