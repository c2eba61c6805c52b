"""The sample rate in a line above the numbers."""

import pytest

from replay.inspection.line_rates import rate_of_line, rate_of_lines


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
        ('"SampleRate",1.024000E+04,1.024000E+04', 10240.0),
        ("Delta              : 0.0001 sec.", 10000.0),
        ("Ts: 9.76562e-05", 10240.0),
        ("Signal.x_values.increment: 3.90625e-05", 25600.0),
        ("Abtastrate: 20480 Hz", 20480.0),
    ],
)
def test_a_line_tells_the_rate(line: str, rate: float) -> None:
    assert rate_of_line(line) == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize(
    ("lines", "rate"),
    [
        (["start times:\t", "0\t0", "dt:\t", "0.000100\t0.000100"], 10_000.0),
        (["X,CH1,CH2,Start,Increment,", "Sequence,Volt,Volt,-1.5E-01,2.5E-04"], 4000.0),
    ],
)
def test_the_number_below_a_word_tells_the_rate(lines: list[str], rate: float) -> None:
    found = rate_of_lines(lines)
    assert found is not None
    assert found[0] == rate


def test_words_above_a_row_tell_no_rate() -> None:
    assert rate_of_lines(["Time,Start,DE", "0.1,0.2,0.3", "Sequence,Volt,Volt"]) is None


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
