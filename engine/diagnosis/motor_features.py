"""The names of a component's bands in a picture where they are features of a motor and no frequencies."""

from engine.records.assessment import Assessment
from engine.signals.motors.features import feature_names

MODELS = frozenset({"motor", "mixed"})
"""Models whose bands of a motor's channels are features of its currents."""


def motor_features(assessment: Assessment, component: int) -> tuple[str, ...]:
    """Return the names of the features of a motor; () for a component whose bands are frequencies.

    Args:
        assessment: with its model and stored settings.
        component: counted from 0.
    """
    parts, machine = assessment.settings.parts, assessment.settings.machine
    if machine is None or component >= len(parts) or parts[component].kind != "motor":
        return ()
    return features_of(assessment.model, machine.sample_rate)


def features_of(model: str, rate: float) -> tuple[str, ...]:
    """Return the names of the features of any motor's channel; () where the model has none, or no rate.

    Args:
        model: its name.
        rate: rows a second [Hz], 0 where unknown.
    """
    return feature_names(rate) if model in MODELS and rate > 0 else ()


def features_by_channel(assessment: Assessment) -> dict[int, tuple[str, ...]]:
    """Return the names of the features of each channel of a motor, by its number from 1."""
    return {
        channel: names
        for component, own in enumerate(assessment.channels)
        if (names := motor_features(assessment, component))
        for channel in own
    }
