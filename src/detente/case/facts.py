"""The facts that place a case among past episodes of fighting: one entry of `questions: {baserate: {DATE: ...}}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from detente.files.kinds import Day, Maybe, NotNegative, OneOrMany, Text, YesNo
from detente.files.mistakes import Mistake, as_text, meant, wrong
from detente.files.validate import Written

# Codes of UCDP's Conflict Termination and Armed Conflict data, which the reference classes were counted from.
OUTCOME_NAMES = {
    "peace_agreement": 1,
    "ceasefire": 2,
    "government_victory": 3,
    "rebel_victory": 4,
    "low_activity": 5,
    "actor_ceased": 6,
}
CODES: dict[str, dict[str, int]] = {
    "outcome": OUTCOME_NAMES,
    "incompatibility": {"territory": 1, "government": 2, "both": 3},
    "intensity_level": {"minor": 1, "war": 2},
    "region": {"europe": 1, "middle_east": 2, "asia": 3, "africa": 4, "americas": 5},
    "type": {"intrastate": 3, "internationalized": 4},
}
COVARIATES = (*CODES, "prior_episodes", "duration_years", "country_history", "peacekeepers", "third_party")


@dataclass(frozen=True)
class NamedCode:
    """In `Annotated[int, NamedCode("outcome")]`: a name of `CODES`, or its code."""

    key: str

    @property
    def codes(self) -> Mapping[str, int]:
        """Name -> code."""
        return CODES[self.key]

    def check(self, value: Any) -> int:
        """The code.

        Raises:
            PydanticCustomError: neither a name nor a code.
        """
        word = as_text(value).lower()
        if word in self.codes:
            return self.codes[word]
        if value in self.codes.values() and not isinstance(value, bool):
            return int(value)
        what = f"'{as_text(value)[:40]}' is no {self.key.replace('_', ' ')}"
        raise wrong(Mistake(what, f"one of {', '.join(self.codes)}", meant(word, self.codes), key=value is None))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """See pydantic."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """See pydantic."""
        return {"enum": [*self.codes, *self.codes.values()]}


class FactsEntry(Written):
    """What is known on a date about how the last fighting ended."""

    noun: ClassVar[str] = "fact"
    outcome: Annotated[int | None, NamedCode("outcome")] = Field(None, description="how the last fighting ended")
    ended: Maybe[Day] = Field(None, description="when; time at peace so far is taken off the curve")
    prior_episodes: Maybe[NotNegative] = Field(None, description="earlier episodes of the same conflict")
    duration_years: Maybe[NotNegative] = Field(None, description="how long the last fighting took, years")
    country_history: Maybe[NotNegative] = Field(
        None, description="other conflicts' episodes that ended in the same country in the twenty years before"
    )
    incompatibility: Annotated[int | None, NamedCode("incompatibility")] = Field(None, description="what it was about")
    intensity_level: Annotated[int | None, NamedCode("intensity_level")] = Field(
        None, description="minor, or war: 1,000 deaths in a year"
    )
    region: Annotated[int | None, NamedCode("region")] = Field(None, description="where it was")
    type: Annotated[int | None, NamedCode("type")] = Field(None, description="with troops of other states or without")
    peacekeepers: Maybe[YesNo] = Field(None, description="whether peacekeepers stand between the sides")
    third_party: Maybe[YesNo] = Field(None, description="whether a third party brought the end about")
    why: Text = Field("", description="what these facts rest on")
    sources: OneOrMany[Text] = Field((), description="ids of sources in record/sources")
    basis: Text = Field("", description="`judgement`, or what it rests on")

    @property
    def numbers(self) -> dict[str, float]:
        """The covariates that are given; yes is 1, no is 0."""
        return {key: float(getattr(self, key)) for key in COVARIATES if self.has(key)}
