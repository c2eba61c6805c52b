"""Severity in words; the words live in engine/explanation/wording.py."""

from engine.explanation.wording import severities_text as severities_text
from engine.explanation.wording import severity_text as severity_text
