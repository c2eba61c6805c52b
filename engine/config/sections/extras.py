"""The tables of config.toml that belong to optional packages: logging on a server, and captions."""

from typing import Annotated

from pydantic import Field, field_validator

from engine.config.sections.core import Table


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
