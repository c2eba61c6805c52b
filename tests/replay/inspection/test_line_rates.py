"""The sample rate in a line above the numbers."""

import pytest

from replay.inspection.line_rates import rate_of_line


@pytest.mark.parametrize(
    ("line", "rate"),
    [
        ("# Fs = 10240 Hz", 10240.0),
        ("Sample rate: 25.6 kHz", 25600.0),
        ("Sample rate: 10240", 10240.0),
        ("sampling_frequency,51200", 51200.0),
        ("Rate 51.2 kS/s", 51200.0),
        ("Delta_X\t0.00009766\t0.00009766", 10239.6),
        ("Sample Interval,9.765625e-05,s", 10240.0),
        ("dt = 0.1 ms", 10000.0),
        ("Ts: 9.76562e-05", 10240.0),
        ("Signal.x_values.increment: 3.90625e-05", 25600.0),
        ("Abtastrate: 20480 Hz", 20480.0),
    ],
)
def test_a_line_tells_the_rate(line: str, rate: float) -> None:
    assert rate_of_line(line) == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize(
    "line",
    [
        "Samples: 1024",
        "Rate of change 5",
        "Sample rate: 25.6",
        "Trigger Point,512,Samples",
        "Frequency",
        "dx",
    ],
)
def test_a_line_of_something_else_tells_none(line: str) -> None:
    assert rate_of_line(line) is None
