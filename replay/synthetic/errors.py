"""The error of scenarios, apart from what reads them, which is heavy."""


class ScenarioError(Exception):
    """A scenario cannot be used; the message is one sentence for the user."""
