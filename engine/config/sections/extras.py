"""The tables of config.toml that belong to optional packages: logging on a server, captions, the export."""

from typing import Annotated

from pydantic import Field, field_validator

from engine.config.sections.core import Table
from engine.config.sections.notify import FILED, NAMED, checked_reference


class TrackingSettings(Table):
    """The MLflow server that learning and trials are logged on; empty for none."""

    mlflow: Annotated[str, Field(max_length=500)]

    @field_validator("mlflow")
    @classmethod
    def _holds_no_password(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://", "sqlite:///")):
            raise ValueError('must be the address of a server ("http://host:5000") or "sqlite:///FILE"')
        if "@" in value.partition("://")[2].partition("/")[0]:
            raise ValueError(
                "must hold no name or password: set MLFLOW_TRACKING_USERNAME and"
                " MLFLOW_TRACKING_PASSWORD instead"
            )
        return value


class CaptionSettings(Table):
    """The question put to a local model about a report's plots, and the bounds of its answers."""

    question: Annotated[str, Field(min_length=1, max_length=1000)]
    words: Annotated[int, Field(ge=1, le=1000)]
    minutes: Annotated[float, Field(gt=0, le=1440)]


class ExportSettings(Table):
    """The MQTT broker that states and alarms are published to, and the address for OPC UA clients.

    It does not change the engine's results.
    """

    mqtt: Annotated[str, Field(max_length=4096)]
    opcua: Annotated[str, Field(max_length=500, pattern=r"^opc\.tcp://[^\s@/]+(/[^\s]*)?$")]

    @field_validator("mqtt")
    @classmethod
    def _holds_no_password(cls, value: str) -> str:
        if value.startswith((NAMED, FILED)):
            return checked_reference(value)
        if value and not value.startswith(("mqtt://", "mqtts://")):
            raise ValueError('must be like "mqtt://HOST:PORT/TOPIC", or "env:NAME", or "file:PATH"')
        if ":" in value.partition("://")[2].partition("/")[0].rpartition("@")[0]:
            # It is not repeated.
            raise ValueError(
                "must hold no password, because settings are stored: put the address into a file of mode 0600"
                ' and name it, "file:PATH"'
            )
        if any(one in value for one in "+#") or not value.isprintable():
            raise ValueError("must hold no + and no #: it is the beginning of the topics of all machines")
        return value
