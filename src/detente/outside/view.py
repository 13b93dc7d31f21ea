"""What a verb about the outside view finds: tables, quantities, sentences, and how they are told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from detente.run import Quantity, Section, Table


@dataclass(frozen=True)
class OutsideView:
    """Tables by id, quantities and sentences, ready to print or to go into a run."""

    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    quantities: tuple[Quantity, ...] = ()
    words: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()

    def data(self) -> dict[str, Any]:
        """Plain data for machine output."""
        return {
            "tables": {name: table.model_dump(mode="json") for name, table in self.tables.items()},
            "quantities": [quantity.model_dump(mode="json") for quantity in self.quantities],
            "words": list(self.words),
        }


def together(views: Iterable[OutsideView]) -> OutsideView:
    """Several views as one, in order; a sentence that several say stands once."""
    parts = list(views)
    return OutsideView(
        {name: table for part in parts for name, table in part.tables.items()},
        tuple(quantity for part in parts for quantity in part.quantities),
        tuple(dict.fromkeys(sentence for part in parts for sentence in part.words)),
        tuple(section for part in parts for section in part.sections),
    )
