"""The payloads of the engine's events about alarms: typed here, plain JSON in `Event.detail`.

`to_detail` writes the same keys in the same order as every release so far. `from_detail` reads payloads of
other releases too: a value that is missing or of another kind takes the field's default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.records.events import Priority
from engine.records.stored_values import integer, items, number, numbers, optional, words

Detail = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RingEvidence:
    """Why a component's limit was crossed, frozen with the ring.

    Attributes:
        error: reconstruction error of the component.
        limit: its limit.
        share: of the machine's error, 0 to 1.
        bands: the bands with the largest shares, each (from Hz, to Hz, share).
        latent: share of the score that the latent of a variational model accounts for.
        witness: score of the second witness over its limit; None without one.
        vibration: severity by vibration alone; None without slow sensors beside it.
        slow: slow sensors beside vibration: name, unit, measured, expected, severity, range, outside.
        occlusion: falls of the error where a part is covered, the largest first, in plain types.
        sensors: slow sensors with most of the error: channel, name, unit, measured, expected, share.
    """

    error: float | None = None
    limit: float | None = None
    share: float | None = None
    bands: tuple[tuple[float, float, float], ...] = ()
    latent: float | None = None
    occlusion: tuple[Detail, ...] | None = None
    sensors: tuple[Detail, ...] = ()
    witness: float | None = None
    vibration: float | None = None
    slow: tuple[Detail, ...] = ()

    def to_detail(self) -> dict[str, object]:
        """Return the part of the ring's payload in JSON types."""
        detail: dict[str, object] = {
            "error": self.error,
            "limit": self.limit,
            "share": self.share,
            "bands": [list(band) for band in self.bands],
        }
        if self.latent is not None:
            detail["latent"] = self.latent
        if self.witness is not None:
            detail["witness"] = self.witness
        if self.occlusion is not None:
            detail["occlusion"] = [dict(one) for one in self.occlusion]
        if self.sensors:
            detail["sensors"] = [dict(one) for one in self.sensors]
        if self.slow:
            detail["vibration"] = self.vibration
            detail["slow"] = [dict(one) for one in self.slow]
        return detail

    @classmethod
    def from_detail(cls, detail: Detail) -> "RingEvidence | None":
        """Read the evidence of a ring; None where it has none."""
        if "error" not in detail and "bands" not in detail:
            return None
        found = [[number(one) for one in items(band)] for band in items(detail.get("bands"))]
        bands = [tuple(one for one in band if one is not None) for band in found]
        occlusion = detail.get("occlusion")
        return cls(
            error=number(detail.get("error")),
            limit=number(detail.get("limit")),
            share=number(detail.get("share")),
            bands=tuple((band[0], band[1], band[2]) for band in bands if len(band) == 3),
            latent=number(detail.get("latent")),
            witness=number(detail.get("witness")),
            occlusion=None
            if occlusion is None
            else tuple(one for one in items(occlusion) if isinstance(one, Mapping)),
            sensors=tuple(one for one in items(detail.get("sensors")) if isinstance(one, Mapping)),
            vibration=number(detail.get("vibration")),
            slow=tuple(one for one in items(detail.get("slow")) if isinstance(one, Mapping)),
        )


@dataclass(frozen=True, slots=True)
class TrendForecast:
    """A rising error below its limit.

    Attributes:
        times: by which the error grew within the window.
        seconds_to_limit: until the limit is reached, if the trend holds.
        earliest: the same at the steepest slope of the 95 % confidence interval.
        latest: the same at the flattest; None where the limit may never be reached.
    """

    times: float | None
    seconds_to_limit: float
    earliest: float | None
    latest: float | None

    def to_detail(self) -> dict[str, object]:
        """Return the part of the ring's payload in JSON types."""
        return {
            "times": self.times,
            "seconds_to_limit": self.seconds_to_limit,
            "earliest": self.earliest,
            "latest": self.latest,
        }

    @classmethod
    def from_detail(cls, detail: Detail) -> "TrendForecast | None":
        """Read the forecast of a ring; None where it forecasts nothing."""
        seconds = number(detail.get("seconds_to_limit"))
        if seconds is None:
            return None
        return cls(
            number(detail.get("times")), seconds, number(detail.get("earliest")), number(detail.get("latest"))
        )


@dataclass(frozen=True, slots=True)
class LevelStep:
    """A step of the vibration levels of all components together.

    Attributes:
        ratio: mean ratio of the levels after the step to those before.
        ratios: the same for each component, by its name.
    """

    ratio: float
    ratios: Mapping[str, float] = field(default_factory=dict)

    def to_detail(self) -> dict[str, object]:
        """Return the part of the ring's payload in JSON types."""
        return {"level_ratio": self.ratio, "level_ratios": dict(self.ratios)}

    @classmethod
    def from_detail(cls, detail: Detail) -> "LevelStep | None":
        """Read the step of a ring; None where it has none."""
        ratio, ratios = number(detail.get("level_ratio")), detail.get("level_ratios")
        if ratio is None:
            return None
        return cls(ratio, numbers(ratios))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The payload of a raise or an escalation.

    Attributes:
        cause: a `Cause`, or the cause of another release.
        priority: that it reached.
        snapshot: name of the snapshot that decided it; "" where none did.
        severity: of the component at that snapshot.
        surface: always "" at a raise; None at an escalation, which leaves it as it is.
        carried_from: the component that explains this alarm, "" for none; None where it is not asked.
        promoted: why an alarm that was explained by another component is no longer.
        beside: a component that was worse when this one rang, "" for none.
        beside_severity: its severity.
        channel, sensor: of a sensor's alarm: its column from 1, and its name in the recordings or "".
        message: a sentence about the machine or the engine.
        last: recording time (ISO) of the last snapshot before "no data".
        interval_seconds: the usual time between two snapshots, of "no data".
        correction_seconds: added to the stamps of a recorder whose clock is wrong.
    """

    cause: str
    priority: Priority
    snapshot: str = ""
    severity: float | None = None
    surface: str | None = None
    carried_from: str | None = None
    promoted: str = ""
    beside: str = ""
    beside_severity: float | None = None
    channel: int | None = None
    sensor: str = ""
    message: str = ""
    last: str = ""
    interval_seconds: float | None = None
    correction_seconds: float | None = None
    evidence: RingEvidence | None = None
    forecast: TrendForecast | None = None
    step: LevelStep | None = None

    def to_detail(self) -> dict[str, object]:
        """Return the payload in JSON types; unknown values are left out."""
        named: dict[str, object] = {
            "cause": self.cause,
            "priority": self.priority.value,
            "surface": self.surface,
            "carried_from": self.carried_from,
            "promoted": self.promoted or None,
            "beside": self.beside or None,
            "beside_severity": self.beside_severity,
            "sensor": self.sensor or None,
            "message": self.message or None,
            "last": self.last or None,
            "interval_seconds": self.interval_seconds,
            "correction_seconds": self.correction_seconds,
        }
        decided: dict[str, object] = {"severity": self.severity, "snapshot": self.snapshot or None}
        if self.channel is not None:
            named = {"channel": self.channel, "snapshot": self.snapshot, **named}
        elif self.evidence is None:
            decided = {"snapshot": self.snapshot or None, "severity": self.severity}
        detail = {key: value for key, value in {**named, **decided}.items() if value is not None}
        for part in (self.evidence, self.forecast, self.step):
            detail |= {} if part is None else part.to_detail()
        return detail

    @classmethod
    def from_detail(cls, detail: Detail) -> "Ring":
        """Read the payload of a raise or an escalation.

        Raises:
            KeyError: it states no priority.
            ValueError: its priority is none.
        """
        return cls(
            cause=words(detail.get("cause")),
            priority=Priority(str(detail["priority"])),
            snapshot=words(detail.get("snapshot")),
            severity=number(detail.get("severity")),
            surface=optional(detail.get("surface")),
            carried_from=optional(detail.get("carried_from")),
            promoted=words(detail.get("promoted")),
            beside=words(detail.get("beside")),
            beside_severity=number(detail.get("beside_severity")),
            channel=integer(detail.get("channel")),
            sensor=words(detail.get("sensor")),
            message=words(detail.get("message")),
            last=words(detail.get("last")),
            interval_seconds=number(detail.get("interval_seconds")),
            correction_seconds=number(detail.get("correction_seconds")),
            evidence=RingEvidence.from_detail(detail),
            forecast=TrendForecast.from_detail(detail),
            step=LevelStep.from_detail(detail),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """The payload of an alarm's return.

    Attributes:
        snapshot: that decided it; "" where none did.
        severity: of the component at that snapshot.
        peak: highest severity from its raise to its return.
        overtaken: whether an advisory ended because an alarm by the limit was raised; None for other alarms.
        settled: whether the advisory's question was answered by the signals, so that it asks for nothing.
        channel: of a sensor's alarm, counted from 1.
        message: why, in a sentence.
    """

    snapshot: str = ""
    severity: float | None = None
    peak: float | None = None
    overtaken: bool | None = None
    settled: bool = False
    channel: int | None = None
    message: str = ""

    def to_detail(self) -> dict[str, object]:
        """Return the payload in JSON types; unknown values are left out."""
        detail: dict[str, object] = {
            "channel": self.channel,
            "snapshot": self.snapshot or None,
            "severity": self.severity,
            "peak": self.peak,
            "overtaken": self.overtaken,
            "settled": self.settled or None,
            "message": self.message or None,
        }
        return {key: value for key, value in detail.items() if value is not None}

    @classmethod
    def from_detail(cls, detail: Detail) -> "Cleared":
        """Read the payload of a return."""
        overtaken = detail.get("overtaken")
        return cls(
            snapshot=words(detail.get("snapshot")),
            severity=number(detail.get("severity")),
            peak=number(detail.get("peak")),
            overtaken=None if overtaken is None else bool(overtaken),
            settled=bool(detail.get("settled")),
            channel=integer(detail.get("channel")),
            message=words(detail.get("message")),
        )


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault line above its baseline.

    Attributes:
        order: harmonic, from 1; None where it is not known.
        sideband: order of the sideband, 0 for the line itself.
        found_at: frequency in Hz.
        times_baseline: ratio to the line's usual strength.
    """

    order: int | None
    sideband: int
    found_at: float | None
    times_baseline: float | None


@dataclass(frozen=True, slots=True)
class SurfaceEvidence:
    """Why a surface is named: the channel, the carrier band (from Hz, to Hz) and the fault lines in it.

    `figures` holds the numbers of a motor's fault by their names; a bearing's has none.
    """

    surface: str
    channel: int | None
    band: tuple[float, ...]
    lines: tuple[FaultLine, ...]
    figures: Mapping[str, float] = field(default_factory=dict)

    def to_detail(self) -> dict[str, object]:
        """Return the part of the payload in JSON types."""
        return {
            **({"figures": dict(self.figures)} if self.figures else {}),
            "surface": self.surface,
            "channel": self.channel,
            "band": list(self.band),
            "lines": [
                {
                    "order": line.order,
                    "sideband": line.sideband,
                    "found_at": line.found_at,
                    "times_baseline": line.times_baseline,
                }
                for line in self.lines
            ],
        }

    @classmethod
    def from_detail(cls, detail: Detail) -> "SurfaceEvidence | None":
        """Read the evidence for a surface; None where a surface was withdrawn or no line is stated."""
        lines = [line for line in items(detail.get("lines")) if isinstance(line, Mapping)]
        surface = words(detail.get("surface"))
        if not surface or not lines:
            return None
        edges = [number(edge) for edge in items(detail.get("band"))]
        return cls(
            figures=numbers(detail.get("figures")),
            surface=surface,
            channel=integer(detail.get("channel")),
            band=tuple(edge for edge in edges if edge is not None),
            lines=tuple(
                FaultLine(
                    order=integer(line.get("order")),
                    sideband=integer(line.get("sideband")) or 0,
                    found_at=number(line.get("found_at")),
                    times_baseline=number(line.get("times_baseline")),
                )
                for line in lines
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """The payload of a surface that is named for an alarm, or withdrawn.

    Attributes:
        snapshot: that decided it.
        surface: the one named, "" where it is withdrawn.
        withdrawn: the one that was named before, "" where one is named now.
        evidence: for the one named.
    """

    snapshot: str = ""
    surface: str = ""
    withdrawn: str = ""
    evidence: SurfaceEvidence | None = None

    def to_detail(self) -> dict[str, object]:
        """Return the payload in JSON types."""
        detail: dict[str, object] = {"snapshot": self.snapshot, "surface": self.surface}
        if self.evidence is not None:
            return detail | self.evidence.to_detail()
        return {**detail, "withdrawn": self.withdrawn}

    @classmethod
    def from_detail(cls, detail: Detail) -> "Diagnosed":
        """Read the payload of a diagnosis."""
        return cls(
            snapshot=words(detail.get("snapshot")),
            surface=words(detail.get("surface")),
            withdrawn=words(detail.get("withdrawn")),
            evidence=SurfaceEvidence.from_detail(detail),
        )
