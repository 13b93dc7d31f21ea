"""What every part of a run is made of: immutable models that refuse unknown keys, cells, and ways back."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Cell = str | float | int | bool | None
Kind = Literal[
    "source", "instrument", "commitment", "event", "response", "claim", "parameter", "quantity", "query", "scenario",
]  # fmt: skip


class Model(BaseModel):
    """Immutable, and strict about unknown keys: a run that carries more than it declares is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Ref(Model):
    """The way back to something that a number, a row or a verdict rests on."""

    kind: Kind
    id: str
