"""The scenario of a synthetic run: machine, faults that grow, traps, and sensor faults; a TOML file."""

import math
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from replay.synthetic.errors import ScenarioError

SHIPPED = Path(__file__).with_name("scenarios")
"""Folder of the scenarios that come with Raceway."""

LARGEST = 1_000_000
"""Most bytes of a scenario file."""

Positive = Annotated[float, Field(gt=0, le=1e9)]
Index = Annotated[int, Field(ge=0, le=10_000_000)]
Surface = Literal["outer race", "inner race", "rolling element", "cage"]


class Part(BaseModel):
    """A table of the scenario: unknown keys and numbers that are not finite are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Geometry(Part):
    """Geometry of all bearings; the defaults are of a Rexnord ZA-2115 (its data sheet, inches, degrees)."""

    rollers: Annotated[int, Field(ge=3, le=200)] = 16
    roller_diameter: Positive = 0.331
    pitch_diameter: Positive = 2.815
    contact_angle: Annotated[float, Field(ge=0, lt=90)] = 15.17


class Fault(Part):
    """A damaged surface of one bearing.

    Attributes:
        bearing: from 1.
        surface: the damaged one.
        onset: index of the first faulty recording, from 0.
        size: amplitude of the first swing after an impact once it has grown, in the unit of the recording.
        over: recordings over which it grows; 0 for a step.
        law: growth: share of `over` to the power of `exponent`, or exponential.
        exponent: 1 linear, 2 quadratic.
        floor: least amplitude from the onset on.
        rate: impacts a second [Hz] instead of the geometry's; 0 for the geometry's.
        slip: standard deviation of the time between impacts, as a share of it.
        resonance: frequency [Hz] of the ringing after an impact.
        damping: ratio of that resonance.
    """

    bearing: Annotated[int, Field(ge=1, le=512)]
    surface: Surface
    onset: Index
    size: Positive
    over: Index = 0
    law: Literal["power", "exponential"] = "power"
    exponent: Annotated[float, Field(gt=0, le=10)] = 2.0
    floor: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    rate: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    slip: Annotated[float, Field(ge=0, le=0.2)] = 0.01
    resonance: Positive = 4000.0
    damping: Annotated[float, Field(gt=0, lt=1)] = 0.04

    def amplitude(self, index: int) -> float:
        """Return the amplitude at a recording: 0 before the onset."""
        if index < self.onset:
            return 0.0
        part = min(1.0, (index - self.onset + 1) / self.over) if self.over else 1.0
        if self.law == "exponential":
            # From a hundredth of the size to the size.
            return max(self.floor, self.size * math.pow(100.0, part - 1.0))
        return max(self.floor, self.size * math.pow(part, self.exponent))


class LoadStep(Part):
    """A healthy change of the whole machine: amplitudes times a factor, from `start` to before `end`."""

    start: Index
    end: Index
    factor: Positive


class SensorFault(Part):
    """A fault of one channel, from 1, from a recording to before another (0: to the end).

    `limit` is of a clipped sensor and the size of spikes and offset, in the unit of the recording.
    """

    channel: Annotated[int, Field(ge=1, le=512)]
    kind: Literal["dead", "stuck", "spikes", "clipped", "offset"]
    start: Index
    end: Index = 0
    limit: Annotated[float, Field(ge=0, le=1e9)] = 1.0


class Scenario(Part):
    """A synthetic run of one bearing a channel.

    Attributes:
        machine: its name.
        seed: of everything random.
        sample_rate: [Hz].
        rows: of a recording.
        bearings: channels of a recording.
        recordings: of the run.
        interval: between recordings [s].
        start: time of the first recording.
        shaft: rotation [Hz]; `speeds` lists (recording, Hz), with an even change in between.
        harmonics: amplitudes of the shaft's orders 1, 2, ... in the unit of the recording.
        noise: standard deviation of the noise.
        colour: exponent by which the noise's power falls with frequency; 0 for white noise.
        resonance: (frequency [Hz], damping ratio) of each bearing's housing, excited by the noise.
        cooling: share by which resonances fall, per recording, as the machine warms up.
        cross_talk: share of amplitude that a bearing passes to its neighbour.
        cross_talk_corner: frequency above which the structure passes less [Hz].
        warm_up: natural-log power above the usual one at the first recording.
        warm_up_over: recordings in which that fades to a third.
        stopped: indices of recordings of the stopped machine.
    """

    machine: Annotated[str, Field(min_length=1, max_length=100)] = "synthetic rig"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    sample_rate: Positive = 20480.0
    rows: Annotated[int, Field(ge=64, le=50_000_000)] = 4096
    bearings: Annotated[int, Field(ge=1, le=512)] = 4
    recordings: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    interval: Annotated[float, Field(ge=1, le=1e8)] = 600.0
    start: datetime = datetime(2025, 1, 6, tzinfo=UTC)
    shaft: Positive = 33.3
    speeds: tuple[tuple[Index, Positive], ...] = ()
    harmonics: Annotated[tuple[float, ...], Field(max_length=100)] = (1.0, 0.5, 0.25)
    noise: Annotated[float, Field(ge=0, le=1e9)] = 0.3
    colour: Annotated[float, Field(ge=0, le=2)] = 0.0
    resonance: tuple[tuple[Positive, Annotated[float, Field(gt=0, lt=1)]], ...] = ()
    cooling: Annotated[float, Field(ge=0, le=0.01)] = 0.0
    cross_talk: Annotated[float, Field(ge=0, lt=1)] = 0.0
    cross_talk_corner: Positive = 3000.0
    warm_up: Annotated[float, Field(ge=0, le=10)] = 0.0
    warm_up_over: Positive = 20.0
    stopped: tuple[Index, ...] = ()
    geometry: Geometry = Geometry()
    fault: tuple[Fault, ...] = ()
    load_step: tuple[LoadStep, ...] = ()
    sensor_fault: tuple[SensorFault, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for fault in self.fault:
            if fault.bearing > self.bearings:
                raise ValueError(f"fault: there is no bearing {fault.bearing}, the rig has {self.bearings}")
            if fault.onset >= self.recordings:
                raise ValueError(f"fault: onset {fault.onset} lies behind the {self.recordings} recordings")
            if fault.resonance >= self.sample_rate / 2:
                raise ValueError(
                    f"fault: resonance {fault.resonance:g} Hz lies above half of sample_rate"
                    f" ({self.sample_rate / 2:g} Hz)"
                )
        for sensor in self.sensor_fault:
            if sensor.channel > self.bearings:
                raise ValueError(f"sensor_fault: there is no channel {sensor.channel}")
        if self.start.tzinfo is None:
            raise ValueError("start: it needs a time zone, such as 2025-01-06T00:00:00Z")
        return self


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that come with Raceway."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def summary(name: str) -> str:
    """Return the first comment lines of a shipped scenario, as one text."""
    lines = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    words = []
    for line in lines:
        if not line.startswith("#"):
            break
        words.append(line.lstrip("# "))
    return " ".join(words)


def load_scenario(name: str | Path, changes: Mapping[str, object] | None = None) -> Scenario:
    """Load a scenario by the name of a shipped one, or from a file.

    Args:
        name: the name, or the path of a TOML file.
        changes: values that replace those of the file, by key.

    Raises:
        ScenarioError: there is none, or something in it is wrong; one sentence.
    """
    path = SHIPPED / f"{name}.toml" if str(name) in shipped() else Path(name)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        near = get_close_matches(str(name), shipped(), 1)
        hint = f"did you mean {near[0]}? " if near else ""
        why = error.strerror if isinstance(error, OSError) else "its name cannot be one of a file"
        raise ScenarioError(
            f"{name}: is not a scenario file ({why}); {hint}shipped ones are {', '.join(shipped())}"
        ) from error
    if len(content) > LARGEST:
        raise ScenarioError(f"{name}: is not a scenario file (it is larger than {LARGEST} bytes)")
    try:
        values = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{name}: is not valid TOML ({error})") from error
    try:
        return Scenario.model_validate({**values, **(changes or {})})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        words = str(first["msg"]).removeprefix("Value error, ")
        raise ScenarioError(f"{name}: {f'{where}: ' if where else ''}{words}") from error
