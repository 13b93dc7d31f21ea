"""What is negotiated: who wants what on one scale, how much each can do, how much each cares.

    issues:
      corridor:
        label: Regime of the road
        unit: "share of control, per cent"
        options: {closed: 0, monitored: 40, open: 100}     # names on the scale; optional
        reversion: closed                                   # what stays if nothing is agreed; optional
        failure_cost: [0.2, 1]                              # of no agreement, 1 = as bad as the far end; optional
        positions:
          armenia:    {position: [10, 30], capability: 40, salience: 0.9}
          azerbaijan: {position: open, capability: [60, 80], salience: [0.7, 0.9]}

`options` may also be a list from one end to the other; the scale then runs from 0 to 100 in equal steps.
`armenia: closed` is short for a position with capability and salience 1. Every number may be a range [low, high].
"""

from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainValidator, Tag
from pydantic import WithJsonSchema as Schema

from detente.case.kinds import Name
from detente.files.kinds import Amount, Keyed, Listed, Maybe, OneOrMany, Short, Span, Text, Within, by_kind
from detente.files.mistakes import as_text, is_list, is_number, misfit
from detente.files.validate import Written

SCALE = 100.0  # a list of options is spread over 0 to this: per cent of the way
End = float | str  # a number, or the name of an option


def _ends(value: Any) -> tuple[End, End]:
    """A number, an option or a range of them, as both ends; options are looked up when the case is built."""
    ends = value if is_list(value) and len(value) == 2 else [value]
    if not all(is_number(end) or isinstance(end, str | bool) for end in ends):
        raise misfit(value, "an option, a number, or a range [low, high]")
    found = [Within().check(end) if is_number(end) else as_text(end) for end in ends]
    return found[0], found[-1]


_END: dict[str, Any] = {"type": ["number", "string", "boolean"]}
Ends = Annotated[
    tuple[End, End],
    PlainValidator(_ends),
    Schema({"anyOf": [_END, {"type": "array", "items": _END, "minItems": 2, "maxItems": 2}]}),
]


class PositionEntry(Written):
    """Where one actor stands on an issue, how much it can do, how much it cares."""

    noun: ClassVar[str] = "key of a position"
    position: Ends = Field(description="an option, a number on the scale, or a range of them")
    salience: Annotated[tuple[float, float] | None, Span(0, 1)] = Field(
        None, description="weight of the issue for the actor, 0 to 1; default 1"
    )
    capability: Annotated[tuple[float, float] | None, Span(0)] = Field(
        None, description="weight of the actor in the issue, in any unit; default 1"
    )
    why: Text = Field("", description="the reason")
    basis: Text = Field("", description="`judgement`, or what it rests on")
    sources: OneOrMany[Text] = Field((), description="ids of sources in record/sources")


class IssueEntry(Written):
    """What is negotiated, and who stands where."""

    noun: ClassVar[str] = "key of an issue"
    label: Text = Field("", description="a name for people")
    unit: Text = Field("", description="what the scale counts")
    options: Maybe[
        Annotated[
            Annotated[tuple[Name, ...], Listed(2), Tag("list")]
            | Annotated[dict[Name, Amount], Keyed("option"), Tag("mapping")],
            by_kind("a list of options from one end to the other, or option: place", ("list", "mapping")),
        ]
    ] = Field(None, description="what can be agreed: from one end to the other, or each with its place on the scale")
    reversion: Maybe[Ends] = Field(None, description="what stays if nothing is agreed")
    failure_cost: Annotated[tuple[float, float] | None, Span(0)] = Field(
        None, description="of no agreement; 1 is as bad as the far end. Default 0 beside `reversion`, else 1"
    )
    positions: Annotated[dict[Name, Annotated[PositionEntry, Short("position")]], Keyed("actor")] = Field(
        {}, description="actor: option, or a mapping with position, capability, salience"
    )
    why: Text = Field("", description="the reason")
    sources: OneOrMany[Text] = Field((), description="ids of sources in record/sources")
    basis: Text = Field("", description="`judgement`, or what it rests on")

    @property
    def places(self) -> dict[str, float]:
        """Option -> its place on the scale; a list is spread evenly."""
        if isinstance(self.options, dict):
            return self.options
        options = self.options or ()
        return {option: SCALE * n / (len(options) - 1) for n, option in enumerate(options)}

    def span(self, ends: tuple[End, End]) -> tuple[float, float]:
        """Both ends on the scale.

        Raises:
            KeyError: an option that the issue does not have.
        """
        low, high = (self.places[end] if isinstance(end, str) else end for end in ends)
        return low, high
