"""The display: builds the value that screens draw from reading, playhead and selection."""

import math
from dataclasses import replace

from engine.records.events import Event
from engine.records.progress import Heartbeat
from tui.console.options import ConsoleOptions
from tui.console.selection import Selection
from tui.data.alarm_cache import Folding
from tui.data.fleet_view import alarms_of, arranged, standings
from tui.data.frame import Frame
from tui.data.playhead import Playhead
from tui.data.view import Reading, View
from tui.draw.banner import Banner
from tui.draw.glyphs import Glyphs
from tui.draw.mode import Mode, behind_span, mode_of, mode_span
from tui.draw.notice import Notice
from tui.draw.status import EngineStatus, engine_status
from tui.draw.text import Role, clean
from tui.keys.keymap import Keymap
from tui.screens.state import Rows, Shown

INSTANT_SECONDS = 0.5
"""Between two snapshots only the instant moves; drawn so often it still runs, at half the bytes."""

WAITS = "…"
"""Glyph of the modes that wait for something: since when is said."""

NOTICE_SECONDS = 30.0
"""A notice that does not last goes after so long; an old notice would be read as news."""


class Display:
    """The frame, the notice and the engine's status as they are on the screen."""

    def __init__(self, options: ConsoleOptions, keymap: Keymap) -> None:
        """Start with nothing on the screen."""
        self.frame: Frame | None = None
        self.notice = Notice()
        self.status: EngineStatus | None = None
        self._options, self._keymap = options, keymap
        self._folding = Folding()
        self._mode = Mode("", "", "", Role.PLAIN, options.now())
        self._started = options.now()
        self._notice_until = 0.0
        self._drawn_at = -math.inf
        self._seen_at: dict[int, float] = {}
        """When each ring came onto the screen, by its `seq`."""

        self._learning: Heartbeat | None = None
        """The first heartbeat of the present phase that was seen."""

    # The notice and the status.

    def tell(self, notice: Notice) -> None:
        """Show a notice."""
        self._notice_until = self._options.clock() + NOTICE_SECONDS
        self.notice = notice

    @property
    def notice_is_old(self) -> bool:
        """Whether the notice has been on the screen long enough."""
        return (
            bool(self.notice.text) and not self.notice.lasting and self._options.clock() > self._notice_until
        )

    def update_status(self, reading: Reading) -> bool:
        """Update the engine's status; return whether it changed.

        The sentence about an engine that ended replaces any other notice, and goes once it is no longer
        true. Silence counts from the first look at the store: a demo unpacks its recording before.
        """
        if not reading.begun:
            self._started = self._options.now()
        before = self.status
        after = engine_status(reading, self._started, self._options.now(), self._options.wall)
        self.status = after
        old, new = ("" if before is None else before.told), after.told
        was_shown = bool(old) and self.notice.text == old
        if new and (not old or (new != old and was_shown)):
            self.tell(Notice(new, Role.ALARM, lasting=True, brief=after.brief))
        elif was_shown and not new:
            self.tell(Notice())
        return after != before

    # The frame.

    @property
    def is_fresh(self) -> bool:
        """Whether the screen was drawn so recently that a moved instant alone can wait."""
        return self._options.clock() - self._drawn_at < INSTANT_SECONDS

    def update_frame(self, view: View | None, head: Playhead) -> None:
        """Make the frame of a view and a playhead, unless it is the one at hand."""
        self._drawn_at = self._options.clock()
        if view is None:
            self.frame = None
            return
        unwatched = view.assessment.live and self.status is not None and not self.status.judges
        known = self.frame
        if known is None or (known.view, known.playhead, known.unwatched) != (view, head, unwatched):
            self.frame = Frame(view, head, self._folding, unwatched)

    def saw(self, frame: Frame, component: int, rows: Rows) -> None:
        """Note which rings are on the screen: all of the frame, or those of a bearing shown alone."""
        now, name = self._options.clock(), frame.view.assessment.components[component]
        kept = {}
        for alarm in frame.alarms:
            if rows is not Rows.BEARING or alarm.component == name:
                kept[alarm.ring.seq] = self._seen_at.get(alarm.ring.seq, now)
            elif alarm.ring.seq in self._seen_at:
                kept[alarm.ring.seq] = self._seen_at[alarm.ring.seq]
        self._seen_at = kept

    def seconds_on_screen(self, ring: Event) -> float:
        """Return for how long a ring has been on the screen, 0 if it was not drawn yet."""
        now = self._options.clock()
        return now - self._seen_at.get(ring.seq, now)

    def shown(
        self,
        reading: Reading,
        selection: Selection,
        rows: Rows,
        banner: Banner,
    ) -> Shown:
        """Return the value that the screen on top draws.

        Args:
            reading: of the store.
            selection: the selected rows.
            rows: kind of rows of the screen on top.
            banner: the lines on top.
        """
        frame = self.frame
        waiting = (
            f"Waiting for the engine to start. {reading.trouble}" if reading.begun else "Reading the store …"
        )
        fleet = standings(reading.extra)
        machines = [one.assessment.machine for one in arranged(fleet, selection.fleet)]
        return Shown(
            banner=banner,
            frame=frame,
            component=selection.chosen(frame),
            alarm=selection.pointed(frame, rows),
            alarm_filter=selection.alarm_filter,
            listed=selection.listed(frame) if frame is not None and rows is Rows.ALARMS else (),
            notice=self._notice(reading, rows),
            waiting=waiting,
            zone=self._options.zone,
            wall_zone=self._options.wall,
            now=self._options.now(),
            machine=selection.machine_in(machines),
            fleet_view=selection.fleet,
            fleet_alarm=selection.fleet_alarm_in([one.key for one in alarms_of(fleet)]),
            keymap=self._keymap,
            extra=reading.extra,
            per_item=self._per_item(reading),
        )

    def _per_item(self, reading: Reading) -> float | None:
        """Return the seconds that the engine takes for each item that it learns from, None where unknown."""
        beat = None if reading.view is None else reading.view.heartbeat
        if beat is None:
            return None
        if self._learning is None or self._learning.phase is not beat.phase:
            self._learning = beat
        done = beat.done - self._learning.done
        seconds = (beat.beat_at - self._learning.beat_at).total_seconds()
        return seconds / done if done > 0 and seconds > 0 else None

    def banner(
        self, view: View | None, status: EngineStatus, head: Playhead, live_now: int | None, ahead: int
    ) -> Banner:
        """Return the lines on top.

        Args:
            view: of the store, None before there is an assessment.
            status: of the engine.
            head: the playhead.
            live_now: the present in recording time, None for a finished run.
            ahead: number of unacknowledged rings after the playhead.
        """
        now = self._options.now()
        live = view is not None and view.assessment.live
        mode = mode_of(head, view, status, live=live, now=live_now)
        if mode.since is None and mode.glyph == WAITS:
            # A word that counts something is still the same mode.
            same = self._mode.word.split(" ")[0] == mode.word.split(" ")[0] and self._mode.glyph == mode.glyph
            mode = replace(mode, since=self._mode.since if same else now)
        self._mode = mode
        return Banner(
            machine=view.assessment.machine if view is not None else "",
            mode=mode_span(mode, now, self._options.wall),
            at=self.frame.playhead.at if self.frame is not None else None,
            status=status,
            session=view.session if view is not None and live else "",
            behind=behind_span(head, view, live_now, ahead, live=live),
            paused=not head.playing,
        )

    def _notice(self, reading: Reading, rows: Rows) -> Notice:
        """Return the notice to show; beside other machines, an engine's trouble says which machine it is."""
        notice = self.notice if self.notice.text else self._idle(reading)
        view, status = reading.view, self.status
        if rows is not Rows.MACHINES or view is None or status is None or notice.text != status.told:
            return notice
        about = f"{clean(view.assessment.machine)}: "
        return replace(notice, text=about + notice.text, brief=notice.brief and about + notice.brief)

    def _idle(self, reading: Reading) -> Notice:
        """Return the line shown without a notice: the engine's trouble, or else operator and record."""
        if self.status is not None and self.status.advice:
            return Notice(self.status.told, Role.ALARM, brief=self.status.brief)
        view = reading.view
        if view is not None and view.unread:
            return Notice(f"Older snapshots are still being read, {view.unread} to go …", Role.DIM)
        session = clean(self._options.session if view is None else view.session)
        live = view is not None and view.assessment.live
        where = f"session {session}" if session else "live record" if live else "finished run"
        read_only = "; read-only: this console stores nothing" if self._options.read_only else ""
        return Notice(f"{self._options.operator.by}, {where}{read_only}", Role.DIM)


def keymap_for(options: ConsoleOptions) -> Keymap:
    """Return the keys in force, written in ASCII where the terminal has nothing else."""
    return replace(options.keymap, plain=options.appearance.glyphs is Glyphs.ASCII)
