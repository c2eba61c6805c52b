"""The rotor cage of a motor: slip, severity and number of broken bars of its sidebands (pure)."""

SMALLEST_SLIP, LARGEST_SLIP = 0.002, 0.12
"""Slip within which a rotor is sought: no load has some thousandths; a small motor at breakdown has 12 %."""

SEVERITY = ((54.0, "none"), (48.0, "watch"), (42.0, "a cracked or broken bar"), (0.0, "broken bars"))
"""Least dB below the mains line, and the meaning for the rotor cage at rated load.

Source: Thomson and Fenger (2001), Current signature analysis to detect induction motor faults, IEEE Industry
Applications Magazine 7(4): sound cages are 54 dB down and more, 45 dB is a broken bar's; the mean of both
sidebands counts, as in Thomson and Culbert (2017), Current Signature Analysis for Condition Monitoring of
Cage Induction Motors."""


def cage_severity(decibels: float) -> str:
    """Return the meaning of a pair of sidebands so many dB below the mains line, by `SEVERITY`."""
    return next(words for least, words in SEVERITY if decibels >= least or least == 0.0)


def broken_bars(decibels: float, bars: int, pole_pairs: int) -> float:
    """Return the number of broken bars that a sideband stands for.

    Args:
        decibels: below the mains line.
        bars: of the cage.
        pole_pairs: of the stator.

    Source:
        Thomson and Fenger (2001): n = 2 R / (10^(N/20) + p).
    """
    return float(2 * bars / (10 ** (decibels / 20) + pole_pairs))
