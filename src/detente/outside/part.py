"""What a run keeps of the outside view: base rates and simple forecasts of terms, beside the model's own numbers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from detente.outside.base_rates import base_rates
from detente.outside.positions import positions_of_case
from detente.outside.view import together
from detente.run import Outlook, Part, Quantity

if TYPE_CHECKING:
    from detente.case import Case

NAME = "outlook"
DRAWS = 200  # from the ranges of positions: a forecast takes a millisecond


def outlook_part(
    case: "Case", date: str, key: str, command: str, *, inside: Iterable[Quantity] = (), seed: int = 0
) -> Part:
    """The part that `analyze` adds beside its own answers.

    Args:
        case: the case.
        date: the situation's date.
        key: of the answers that it is set beside: with others the comparison is stale.
        command: makes it again.
        inside: the run's quantities; its chances of relapse are compared with the base rate.
        seed: of the draws.

    Raises:
        CaseError: mistakes in the facts or the issues, located.
    """
    rates, terms = base_rates(case, date, inside=inside), positions_of_case(case, DRAWS, seed)
    found = together((rates, terms))
    return Part(
        name=NAME,
        key=key,
        command=command,
        quantities=found.quantities,
        tables=found.tables,
        sections=found.sections,
        warnings=() if rates.quantities else rates.words,
        outlook=Outlook(base_rates=rates.words if rates.quantities else (), positions=terms.words),
    )
