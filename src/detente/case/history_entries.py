"""What stands under `history:`: statistics of the record that histories of the model are held against.

    history:
      wars:        {count: into phase == war, headline: war, leans_on: [relapse]}
      longest_lull: {longest: phase == truce, held_out: yes}
      answered:    {answered: {from: north.attack, to: mediator.table_equal, within: 0.5}}

What happens is written as `into CONDITION` (the state enters it), as an act (`actor.act`, `nature.event`), or as a list
of acts, any of which counts.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field

from detente.case.kinds import Formula
from detente.files.kinds import Day, Maybe, OneOrMany, Positive, Text, YesNo
from detente.files.validate import Written

KINDS = ("count", "spacing", "first", "longest", "length", "share", "lag", "answered")
Headline = Literal["war", "peace"]
Happens = OneOrMany[Text]


class LagEntry(Written):
    """From one happening to the next other one."""

    noun: ClassVar[str] = "key of a lag"
    from_: Happens = Field(alias="from", description="what begins it")
    to: Happens = Field(description="what ends it")


class AnsweredEntry(LagEntry):
    """How often one happening is followed by another."""

    noun: ClassVar[str] = "key of an answer"
    within: Maybe[Positive] = Field(None, description="years; default until the next of what begins it")


class StatisticEntry(Written):
    """One statistic: exactly one of count, spacing, first, longest, length, share, lag, answered."""

    noun: ClassVar[str] = "key of a statistic"
    count: Happens = Field((), description="how many")
    spacing: Happens = Field((), description="median years between one and the next")
    first: Happens = Field((), description="years until the first; the whole time where there is none")
    longest: Formula = Field("", description="condition: longest time without a break in which it holds, years")
    length: Formula = Field("", description="condition: mean years of the spells that begin and end in the time")
    share: Formula = Field("", description="condition: share of the time in which it holds")
    lag: Maybe[LagEntry] = Field(None, description="{from, to}: median years from the one to the other")
    answered: Maybe[AnsweredEntry] = Field(None, description="{from, to, within}: share of the one that is followed")
    from_: Maybe[Day] = Field(None, alias="from", description="from this day on; default where the record starts")
    until: Maybe[Day] = Field(None, description="before this day; default where the record ends")
    label: Text = Field("", description="a name for people")
    why: Text = Field("", description="the reason")
    headline: Maybe[Headline] = Field(None, description="war or peace: if it fails, so does that headline")
    held_out: YesNo = Field(False, description="no look at it before the first fit")
    leans_on: OneOrMany[Text] = Field((), description="ids of the questions whose answers lean on it")

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which statistics it states; one, where it is right."""
        return tuple(kind for kind in KINDS if self.has(kind))

    def what(self, kind: str) -> Any:
        """What stands under a kind."""
        return getattr(self, kind)
