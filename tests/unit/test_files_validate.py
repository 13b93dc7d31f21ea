"""The one validator: every mistake has its place, what is right is read all the same, and the schema says as much."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, Tag, ValidationError, field_validator, model_validator

from detente.files.kinds import (
    Amount,
    Day,
    Flag,
    Keyed,
    Listed,
    Many,
    Maybe,
    OneOrMany,
    Positive,
    Share,
    Short,
    Span,
    Text,
    Versioned,
    YesNo,
    by_kind,
)
from detente.files.mistakes import Mistake, wrong
from detente.files.schema import json_schema
from detente.files.validate import Written, WrittenFile, mistakes_in, read_file
from detente.files.yaml import parse_yaml


class SpeciesEntry(Written):
    """An animal."""

    noun: ClassVar[str] = "key of an animal"
    stand_in: ClassVar[Mapping[str, Any]] = {"kind": "bird"}
    kind: Literal["bird", "fish"] = Field(description="bird or fish")
    weight: Maybe[Positive] = Field(None, description="kilograms")
    names: OneOrMany[Text] = Field((), description="what people call it")
    seen: Annotated[dict[Day, Share], Keyed("day")] = Field({}, description="day: share of ponds")
    size: Annotated[tuple[float, float] | None, Span(0)] = Field(None, description="metres, or a range")
    rare: YesNo = Field(False, description="yes or no")
    food: Maybe[
        Annotated[
            Annotated[Amount, Tag("number")] | Annotated[dict[str, Amount], Keyed("food"), Tag("mapping")],
            by_kind("a number, or one for each food", ("number", "mapping")),
        ]
    ] = Field(None, description="grams a day")

    @model_validator(mode="after")
    def _no_flying_fish(self) -> "SpeciesEntry":
        if self.kind == "fish" and "wing" in self.names:
            raise wrong(Mistake("a winged fish", at=("names",)), Mistake("a strange kind", at=("kind",)))
        return self


class ZooFile(WrittenFile):
    """A zoo."""

    noun: ClassVar[str] = "section"
    must: ClassVar[tuple[str, ...]] = ("format", "animals")
    format: Annotated[int, Versioned(1)] = Field(1, description="version: 1")
    open: Flag = Field(True, description="true or false")
    days: Many[Day] = Field((), description="days")
    pair: Annotated[tuple[Amount, ...], Listed(2, 2)] = Field((), description="two numbers")
    animals: Annotated[dict[str, Annotated[SpeciesEntry, Short("kind")]], Keyed("animal")] = Field(
        {}, description="who lives here"
    )


GOOD = """\
format: 1
open: false
days: [2020-01-01]
pair: [1, 2.5]
animals:
  heron: {kind: bird, weight: 1.5, names: grey heron, seen: {2020-01-01: 0.5}, size: [0.9, 1], rare: no, food: 300}
  pike: {kind: fish, names: [pike, luce], size: 1, food: {roach: 100}}
  swan: bird
"""


def read(*changes):
    text = GOOD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    written, remarks = read_file(ZooFile, parse_yaml(text, "zoo.yaml"))
    return written, [str(d).removeprefix("zoo.yaml:") for d in remarks.errors], remarks


def test_what_is_right_is_read_as_it_stands():
    written, errors, _ = read()
    assert errors == []
    heron, pike, swan = (written.animals[name] for name in ("heron", "pike", "swan"))
    assert (heron.names, heron.size, heron.seen, heron.rare) == (("grey heron",), (0.9, 1), {"2020-01-01": 0.5}, False)
    assert (pike.size, pike.food, swan.kind) == ((1, 1), {"roach": 100}, "bird")
    assert swan.has("kind") and not swan.has("names")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("open: false", "open: shut"), "2:7: text 'shut' here; expected true or false"),
        (("open: false", "open:"), "2:1: nothing here; expected true or false"),
        (("open: false", "opn: false"), "2:1: unknown section 'opn'; hint: did you mean 'open'?"),
        (("format: 1", "format: 3"), "1:9: format 3; expected 1; hint: this version of Detente reads format 1"),
        (("format: 1", "format: yes"), "1:9: format 'yes'; expected 1; hint: this version of Detente reads format 1"),
        (("[2020-01-01]", "2020-01-01"), "3:7: text '2020-01-01' here; expected a list of items; hint: write"),
        (("[2020-01-01]", "[2020-02-30]"), "3:8: '2020-02-30' is not a date; expected a date such as 2021-08-05"),
        (("[2020-01-01]", "[2020-01-01, null]"), "3:20: nothing here; expected a date such as 2021-08-05"),
        (("[1, 2.5]", "[1]"), "4:7: a list of 1; expected 2 items"),
        (("[1, 2.5]", "[1, x]"), "4:11: text 'x' here; expected a number"),
        (("[1, 2.5]", "[1, .inf]"), "4:11: inf is out of range; expected a number"),
        (("kind: bird", "kind: brid"), "6:17: text 'brid' here; expected one of bird, fish; hint: did you mean 'bird'"),
        (("{kind: bird, ", "{"), "6:3: 'kind' is missing; expected bird or fish; hint: add 'kind: ...'"),
        (("weight: 1.5", "weight: 0"), "6:31: 0 is out of range; expected a number above 0"),
        (("weight: 1.5", "wieght: 1.5"), "6:23: unknown key of an animal 'wieght'; hint: did you mean 'weight'?"),
        (("names: grey heron", "names: {a: 1}"), "6:43: a mapping here; expected text"),
        (("2020-01-01: 0.5", "soon: 0.5"), "6:62: 'soon' is not a date; expected a date such as 2021-08-05"),
        (("2020-01-01: 0.5", "2020-01-01: 2"), "6:74: 2 is out of range; expected a number between 0 and 1"),
        (("{2020-01-01: 0.5}", "[1]"), "6:61: a list here; expected a mapping, one day a line"),
        (("[0.9, 1]", "[1, 0.9]"), "6:86: range [1, 0.9]; expected [low, high] with low <= high"),
        (("[0.9, 1]", "tall"), "6:86: text 'tall' here; expected a number of at least 0, or a range [low, high]"),
        (("rare: no", "rare: seldom"), "6:102: text 'seldom' here; expected yes or no"),
        (("food: 300", "food: much"), "6:112: text 'much' here; expected a number, or one for each food"),
        (("roach: 100", "roach: some"), "7:66: text 'some' here; expected a number"),
        (("swan: bird", "swan: brid"), "8:9: text 'brid' here; expected one of bird, fish; hint: did you mean 'bird'?"),
        (("swan: bird", "swan: [bird]"), "8:9: a list here; expected one of bird, fish"),
        (("swan: bird", "swan:"), "8:3: nothing here; expected a mapping with kind, weight, names, seen, size, rare"),
    ],
)
def test_each_mistake_has_its_place_and_says_what_was_expected(change, said):
    _, errors, _ = read(change)
    assert len(errors) == 1
    assert errors[0].startswith(said), errors


def test_a_validator_may_find_several_mistakes():
    _, errors, _ = read(("[pike, luce]", "[pike, wing]"))
    assert errors == ["7:16: a strange kind", "7:29: a winged fish"]


def test_all_mistakes_come_at_once_and_what_is_right_is_read():
    written, errors, remarks = read(
        ("format: 1\n", ""), ("open: false", "open: shut"), ("kind: bird", "kind: brid"), ("size: 1, ", "size: big, ")
    )
    assert [e.split(":")[0] for e in errors] == ["1", "1", "5", "6"]
    assert set(written.animals) == {"heron", "pike", "swan"}
    assert (written.animals["heron"].kind, written.animals["heron"].weight) == ("bird", 1.5)  # the stand-in
    assert written.animals["pike"].size is None
    assert remarks.broken >= {("open",), ("animals", "heron", "kind"), ("animals", "pike", "size")}
    assert remarks.usable(("animals", "swan")) and not remarks.usable(("animals", "pike"))


def test_an_entry_without_a_key_that_must_stand_is_left_out():
    written, errors, _ = read(("{kind: bird, ", "{"))
    assert len(errors) == 1
    assert set(written.animals) == {"pike", "swan"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file is empty; expected a mapping with format, open, days, pair, animals"),
        ("- 1", "1:1: a list here; expected a mapping with format"),
        ("word", "1:1: text 'word' here; expected a mapping with format"),
    ],
)
def test_what_is_no_such_file(text, said):
    written, remarks = read_file(ZooFile, parse_yaml(text, "zoo.yaml"))
    assert written is None
    assert [str(d).removeprefix("zoo.yaml:").startswith(said) for d in remarks.errors] == [True]


def test_a_row_from_elsewhere_is_explained_in_the_same_words():
    with pytest.raises(ValidationError) as caught:
        SpeciesEntry.model_validate({"kind": "brid", "wings": 2})
    found = {m.at: m for m in mistakes_in(caught.value, SpeciesEntry, {"kind": "brid", "wings": 2})}
    assert found[("kind",)].hint == "did you mean 'bird'?"
    assert found[("wings",)].what == "unknown key of an animal 'wings'"


class Row(BaseModel):
    """A model with pydantic's own types, as rows of a record are."""

    model_config = ConfigDict(extra="forbid")
    id: str
    count: int = 0
    best: float | None = None
    kind: Literal["clash", "meeting"] = "clash"

    @field_validator("id")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value) > 3:
            raise ValueError(f"{value!r} is too long")
        return value


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "a", "count": "many"}, Mistake("text 'many' here", "a valid integer", at=("count",))),
        ({"id": "a", "best": "x"}, Mistake("text 'x' here", "a valid number", at=("best",))),
        ({"id": "long"}, Mistake("'long' is too long", at=("id",))),
        (
            {"id": "a", "kind": "clsh"},
            Mistake("text 'clsh' here", "one of clash, meeting", "did you mean 'clash'?", ("kind",)),
        ),
        ({"id": "a", "cuont": 1}, Mistake("unknown key 'cuont'", "", "did you mean 'count'?", ("cuont",), key=True)),
        ({}, Mistake("'id' is missing", "", "add 'id: ...'", key=True, missing="id")),
    ],
)
def test_plain_models_are_explained_too(row, said):
    with pytest.raises(ValidationError) as caught:
        Row.model_validate(row)
    assert list(mistakes_in(caught.value, Row, row)) == [said]


def test_the_schema_says_what_the_validator_does():
    found = json_schema({"zoo.yaml": ZooFile}, "A zoo")
    zoo = found["$defs"]["ZooFile"]
    animal = zoo["properties"]["animals"]["additionalProperties"]["anyOf"][0]
    assert (zoo["title"], animal["title"], animal["description"]) == ("Zoo", "Species", "An animal.")
    assert zoo["required"] == ["format", "animals"]
    assert animal["additionalProperties"] is False
    assert animal["properties"]["seen"]["propertyNames"]["pattern"].startswith("^")
    assert animal["properties"]["weight"] == {"type": "number", "exclusiveMinimum": 0, "description": "kilograms"}
    assert zoo["properties"]["pair"]["maxItems"] == 2
    assert found["oneOf"] == [{"$ref": "#/$defs/ZooFile", "title": "zoo.yaml"}]
