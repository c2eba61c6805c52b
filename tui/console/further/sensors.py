"""The search of slow sensors on the bearing screen: only those whose names hold some words are listed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.draw.notice import Notice
from tui.draw.text import clean
from tui.screens.dialog import Field, Question

if TYPE_CHECKING:
    from tui.console.controller import Controller
    from tui.screens.base import ConsoleScreen


class SensorSearch:
    """Asks for words, and gives them to the bearing screen."""

    def __init__(self, controller: "Controller", screen: "Callable[[], ConsoleScreen | None]") -> None:
        """Search on the screen on top, whichever it is then."""
        self._controller, self._screen = controller, screen

    def ask(self) -> None:
        """Ask for the words; without slow sensors, say that there are none."""
        from engine.explanation.process.sensors import is_process

        # Only screens in use are loaded.
        from tui.screens.bearing.screen import BearingScreen

        screen, frame = self._screen(), self._controller.frame
        if not isinstance(screen, BearingScreen) or frame is None or not is_process(frame.view.assessment):
            self._controller.tell(Notice("Slow sensors are searched by name; this machine has none."))
            return
        question = Question(
            "Show only sensors with these words",
            ("Parts of their names. Empty shows all.",),
            "Enter shows them, Esc cancels",
        )
        field = Field("Words", value=screen.sensor_words)
        self._controller.ask(question, [field], lambda texts: screen.search(clean(texts[0]).strip()))
