"""The health screen: engine, files, disk space and alarm system."""

from functools import partial

from tui.data.frame import Frame
from tui.data.health_facts import Speed, Wellness, WellnessLook, free_space
from tui.data.view import Look
from tui.screens.health.panes import alarm_lines, engine_lines, file_lines, log_lines
from tui.screens.paned import PanedScreen
from tui.screens.panel import Draw
from tui.screens.state import Shown


class HealthScreen(PanedScreen):
    """Panes about everything that must work before an alarm can ring."""

    PLACE = "health"
    PANES = ("engine", "files", "alarms", "log")
    BESIDE = ("files", "alarms", "log")
    TEXTS = frozenset(PANES)

    def __init__(self) -> None:
        """Start with the engine."""
        super().__init__()
        self._speed = Speed()

    def look(self, frame: Frame, component: int) -> Look | None:
        """Return the look that reads ledger, disk and log at every heartbeat."""
        beat = frame.view.heartbeat
        tick = 0 if beat is None else int(beat.beat_at.timestamp())
        return WellnessLook(tick, self._speed, free_space)

    def facts(self) -> Wellness | None:
        """Return the facts that were read last."""
        extra = self.shown.extra if self.shown is not None else None
        return extra if isinstance(extra, Wellness) else None

    def drawing(self, name: str, shown: Shown, frame: Frame) -> Draw:
        """Return the function that draws a pane."""
        facts = self.facts()
        draws: dict[str, Draw] = {
            "engine": partial(
                engine_lines,
                glyphs=self.glyphs,
                frame=frame,
                status=shown.banner.status,
                facts=facts,
                now=shown.now,
                zone=shown.wall_zone,
            ),
            "files": partial(file_lines, glyphs=self.glyphs, frame=frame, facts=facts, zone=shown.wall_zone),
            "alarms": partial(alarm_lines, glyphs=self.glyphs, frame=frame, zone=shown.zone),
            "log": partial(log_lines, glyphs=self.glyphs, facts=facts),
        }
        return draws[name]

    def key(self, name: str, shown: Shown, frame: Frame) -> tuple[object, ...]:
        """Return the values that a pane depends on."""
        beat = frame.view.heartbeat
        return (
            id(self.facts()),
            shown.banner.status,
            beat,
            # The age of a heartbeat runs on; a screen that says so every 5 s spares the line.
            int(shown.now.timestamp()) // 5 if name == "engine" else 0,
            frame.index if name == "alarms" else 0,
            len(frame.view.events),
        )
