"""What an evaluation gives: quantities, tables and sections over all draws, with the certificate they rest on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from detente.answers.results import Results
from detente.run import OtherModel, Part, Quantity, Section, Solution, Table


@dataclass(frozen=True)
class Answers:
    """Quantities, tables and sections over all draws.

    Attributes:
        solution: the worst certificate of the draws' solutions, and how they were reached.
        warnings: what limits the answers, in words.
        notes: question -> why it cannot be asked of this case on this date.
        results: the raw numbers.
    """

    quantities: tuple[Quantity, ...]
    tables: dict[str, Table]
    sections: tuple[Section, ...]
    solution: Solution
    warnings: tuple[str, ...]
    notes: Mapping[str, str]
    results: Results
    other_model: OtherModel | None = None  # where other models of choice were tried

    def part(self, key: str, command: str) -> Part:
        """The answers as a part of a run."""
        return Part(
            name="answers",
            key=key,
            command=command,
            quantities=self.quantities,
            tables=self.tables,
            sections=self.sections,
            warnings=self.warnings,
            solution=self.solution,
            other_model=self.other_model,
        )

    def about(self, actor: str) -> "Answers":
        """Only the quantities about an actor; sections name only these."""
        kept = tuple(q for q in self.quantities if q.actor == actor)
        ids = {q.id for q in kept}
        sections = tuple(
            section.model_copy(
                update={
                    "quantities": tuple(id for id in section.quantities if id in ids),
                    "pictures": tuple(p for p in section.pictures if set(p.quantities) <= ids),
                }
            )
            for section in self.sections
        )
        other = None if self.other_model is None else self.other_model.about(ids)
        return replace(self, quantities=kept, sections=tuple(s for s in sections if s.quantities), other_model=other)

    @property
    def draws(self) -> dict[str, np.ndarray]:
        """Raw numbers, id -> (draws,)."""
        return self.results.numbers

    def quantity(self, id: str) -> Quantity:
        """The quantity with this id.

        Raises:
            KeyError: no such quantity.
        """
        for quantity in self.quantities:
            if quantity.id == id:
                return quantity
        raise KeyError(id)
