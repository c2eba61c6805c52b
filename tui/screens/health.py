"""The health screen: is the engine at work, what became of the files, is there room, how do alarms do."""

from functools import partial

from tui.draw.health import alarm_lines, engine_lines, file_lines, log_lines
from tui.frame import Frame
from tui.reading import Look
from tui.screens.paned import PanedScreen
from tui.screens.shown import Shown
from tui.wellness import Speed, Wellness, WellnessLook, free_space
from tui.widgets.panel import Draw


class HealthScreen(PanedScreen):
    """Panes about what must work for alarms to come at all."""

    PLACE = "health"
    PANES = ("engine", "files", "alarms", "log")
    BESIDE = ("files", "alarms", "log")

    def __init__(self) -> None:
        """Begin with the engine."""
        super().__init__()
        self._speed = Speed()

    def look(self, frame: Frame, component: int) -> Look | None:
        """Ledger, disk and log; again whenever the engine beats."""
        beat = frame.view.heartbeat
        tick = 0 if beat is None else int(beat.beat_at.timestamp())
        return WellnessLook(tick, self._speed, free_space)

    def facts(self) -> Wellness | None:
        """What was read last."""
        extra = self.shown.extra if self.shown is not None else None
        return extra if isinstance(extra, Wellness) else None

    def drawing(self, name: str, shown: Shown, frame: Frame) -> Draw:
        """What draws a pane."""
        facts, wall = self.facts(), shown.wall
        draws: dict[str, Draw] = {
            "engine": partial(
                engine_lines,
                frame=frame,
                status=shown.banner.status,
                facts=facts,
                now=wall.now,
                zone=wall.zone,
            ),
            "files": partial(file_lines, frame=frame, facts=facts, zone=wall.zone),
            "alarms": partial(alarm_lines, frame=frame, zone=shown.zone),
            "log": partial(log_lines, facts=facts),
        }
        return draws[name]

    def key(self, name: str, shown: Shown, frame: Frame) -> tuple[object, ...]:
        """What a pane depends on."""
        beat = frame.view.heartbeat
        return (
            id(self.facts()),
            shown.banner.status,
            beat,
            # The age of a heartbeat runs on; a screen that says so every 5 s spares the line.
            int(shown.wall.now.timestamp()) // 5 if name == "engine" else 0,
            frame.index if name == "alarms" else 0,
            len(frame.view.events),
        )
