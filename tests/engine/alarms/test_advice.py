"""The advice for an alarm: a named fault of a motor has its own text, where the settings have one."""

import pytest

from engine.alarms.advice import advice_for
from engine.records.events import Priority
from tests.engine.explanation.situations import alarm_of

TEXTS = {"limit": "bearing", "severe": "bearing now", "motor_limit": "motor", "motor_severe": "motor now"}


@pytest.mark.parametrize(
    ("surface", "priority", "said"),
    [
        ("outer race", Priority.MEDIUM, "bearing"),
        ("", Priority.HIGH, "bearing now"),
        ("broken rotor bars", Priority.MEDIUM, "motor"),
        ("stator unbalance", Priority.HIGH, "motor now"),
    ],
)
def test_a_named_fault_of_a_motor_has_advice_of_its_own(surface: str, priority: Priority, said: str) -> None:
    alarm = alarm_of(surface=surface, priority=priority)
    assert advice_for(alarm, TEXTS) == said
    earlier = {key: text for key, text in TEXTS.items() if not key.startswith("motor")}
    assert advice_for(alarm, earlier).startswith("bearing")
