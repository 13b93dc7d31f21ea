"""What several payoff terms are about, so that `check` can see what is counted twice.

counts:
  land: {terms: [armenia.stake, azerbaijan.stake], divisible: yes}    # together at most the whole of it
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from detente.errors import suggest
from detente.files.kinds import OneOrMany, Text, YesNo
from detente.files.validate import Remarks, Written


class CountsEntry(Written):
    """One thing that payoff terms are about."""

    noun: ClassVar[str] = "key of what is counted"
    terms: OneOrMany[Text] = Field(description="the terms that count it, as ACTOR.TERM")
    divisible: YesNo = Field(False, description="a stake that the actors divide: their terms sum to 1 at most")
    why: Text = Field("", description="why it may be counted as it is, where `check` asks")


def check_counts(counts: Mapping[str, CountsEntry], remarks: Remarks, payoffs: Mapping[str, Mapping[str, Any]]) -> None:
    """Report terms that the case does not have."""
    known = [f"{actor}.{term}" for actor, terms in payoffs.items() for term in terms]
    for name, entry in counts.items():
        for n, term in enumerate(entry.terms):
            if term not in known:
                place = ("counts", name, "terms", n)
                remarks.error(
                    place, f"unknown payoff term '{term}'", "ACTOR.TERM, as under payoffs", suggest(term, known)
                )
