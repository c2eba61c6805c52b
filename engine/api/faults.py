"""Errors of a request: one sentence, the field that is wrong, and the HTTP status."""


class FaultError(Exception):
    """A request that cannot be answered.

    Attributes:
        status: of HTTP.
        sentence: the fault, and the remedy.
        field: of the request, "" where none is to blame.
    """

    def __init__(self, status: int, sentence: str, field: str = "") -> None:
        """Take status, sentence and field."""
        super().__init__(sentence)
        self.status, self.sentence, self.field = status, sentence, field

    def plain(self) -> dict[str, object]:
        """Return the body of the answer."""
        return {"success": False, "error": self.sentence, "field": self.field}


def wrong(sentence: str, field: str) -> FaultError:
    """Return the fault of a field that cannot be used."""
    return FaultError(422, sentence, field)
