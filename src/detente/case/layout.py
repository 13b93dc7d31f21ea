"""Which keys a case's files have: case.yaml, accounts/*.yaml and scenarios/*.yaml."""

from typing import Any

from detente.case.shape import (
    Amount,
    AnyOf,
    Anything,
    Date,
    Field,
    Formula,
    Listing,
    Name,
    OneOf,
    Record,
    Shape,
    Table,
    Text,
)

KINDS = ("party", "mediator", "patron", "guarantor", "domestic", "organisation")
NUMBER = Amount()
PAIR = Listing(NUMBER, least=2)
RANGE_OR_VALUE = {
    "range": Field(PAIR, "[low, high]: uniform between hard ends, or the ends of `prior`"),
    "value": Field(NUMBER, "the value in use; beside `range`, the value used when nothing is drawn"),
    "prior": Field(
        Record(
            {
                "uniform": Field(PAIR, "[low, high]"),
                "loguniform": Field(PAIR, "[low, high], both above 0"),
                "normal": Field(PAIR, "[mean, standard deviation]"),
                "lognormal": Field(PAIR, "[median, standard deviation of the logarithm]"),
                "beta": Field(PAIR, "[a, b]"),
                "triangular": Field(Listing(NUMBER, least=3), "[low, mode, high]"),
            },
            noun="prior",
        ),
        "a distribution other than uniform",
    ),
}
PARAMETER = Record(
    {
        **RANGE_OR_VALUE,
        "unit": Field(Text(), "1/year, value, value/year, probability, ratio, ..."),
        "label": Field(Text(), "a name for people"),
        "why": Field(Text(), "the reason for this range"),
        "basis": Field(Text(), "`judgement`, or what it rests on"),
        "sources": Field(Listing(Text(), single=True), "ids of sources in record/sources.yaml"),
        "contested": Field(
            AnyOf(
                (
                    Record(
                        {"by": Field(Listing(Text(), single=True), "claims"), "view": Field(Text(), "the other view")}
                    ),
                    Text(),
                )
            ),
            "who disputes it, and how",
        ),
        "confidential": Field(OneOf((True, False)), "left out of exports"),  # pyright: ignore
    },
    noun="key of a parameter",
)
SETTING = AnyOf((Amount(0, open_low=True), PARAMETER))


def setting(default: Shape = SETTING) -> Shape:
    """A number, a parameter, or either of them for each actor."""
    return AnyOf((Amount(0, open_low=True), _ParameterOrActors()))


class _ParameterOrActors(Shape):
    words = "a range, or one line for each actor"

    def fits(self, value: Any) -> bool:
        return isinstance(value, dict)

    def check(self, value: Any, at: Any, report: Any) -> None:
        shape = PARAMETER if not value or any(key in PARAMETER.fields for key in value) else Table(SETTING)
        shape.check(value, at, report)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [PARAMETER.schema(), Table(SETTING).schema()]}


EFFECTS = Table(AnyOf((NUMBER, Text())), noun="variable")
OUTCOME = Record({"p": Field(Formula(), "probability of this outcome", True)}, extra=AnyOf((NUMBER, Text())))
THEN = AnyOf((EFFECTS, Listing(OUTCOME, least=1)))
ACTION = Record(
    {
        "label": Field(Text(), "a name for people"),
        "when": Field(Formula(), "condition under which it can be done; default always"),
        "then": Field(
            THEN,
            "what it changes: `{variable: value}`, `{variable: -1}`, `{variable: +1 stop}`, or a list of outcomes with `p`",
        ),
        "rate": Field(Formula(), "reference rate: how often if indifferent, per year"),
        "cost": Field(Formula(), "price paid by the actor at the moment of acting"),
        "impulses": Field(Table(Formula(), noun="actor"), "payoff to other actors at that moment"),
        "why": Field(Text(), "the reason"),
    },
    noun="key of an action",
)
EVENT = Record(
    {
        "label": Field(Text(), "a name for people"),
        "when": Field(Formula(), "condition under which it can happen; default always"),
        "then": Field(THEN, "what it changes", True),
        "rate": Field(Formula(), "how often, per year", True),
        "why": Field(Text(), "the reason"),
    },
    noun="key of an event",
)
LEVER = Record(
    {
        "label": Field(Text(), "a name for people"),
        "change": Field(
            Table(AnyOf((NUMBER, PAIR)), keys="any", noun="parameter"), "parameter: value, or [from, to]", True
        ),
        "cost": Field(Formula(), "price per year for who pays; `amount` is the value chosen", True),
        "paid_by": Field(Listing(Name(), single=True), "who pays", True),
        "consent": Field(Listing(Name(), single=True), "who must agree"),
        "decays": Field(AnyOf((Amount(0, open_low=True), Text())), "half-life, such as `5 years`"),
        "excludes": Field(Listing(Name(), single=True), "levers that cannot go with it"),
        "why": Field(Text(), "the reason"),
        "basis": Field(Text(), "`judgement`, or what it rests on"),
    },
    noun="key of a lever",
)
ISSUE = Record(
    {
        "label": Field(Text(), "a name for people"),
        "options": Field(Listing(Name(), least=2), "what can be agreed, from one end to the other", True),
        "positions": Field(
            Table(
                AnyOf(
                    (
                        Name(),
                        Record(
                            {
                                "position": Field(Name(), "an option", True),
                                "salience": Field(Amount(0), "weight of the issue"),
                                "capability": Field(Amount(0), "weight of the actor"),
                                "why": Field(Text(), "the reason"),
                                "basis": Field(Text(), "`judgement`, or what it rests on"),
                                "sources": Field(Listing(Text(), single=True), "ids of sources"),
                            }
                        ),
                    )
                )
            ),
            "actor: option, or {position, salience, capability}",
        ),
        "why": Field(Text(), "the reason"),
    },
    noun="key of an issue",
)
SITUATION = Table(Text(), noun="variable")
SETTLE = AnyOf((Table(AnyOf((NUMBER, Text(), EFFECTS))),))
CASE = Record(
    {
        "format": Field(OneOf((1,)), "version of the case language: 1", True),  # pyright: ignore
        "case": Field(Text(), "short name", True),
        "title": Field(Text(), "title for people", True),
        "summary": Field(Text(), "what it is about, in two sentences"),
        "unit": Field(Record({"time": Field(Text(), "year"), "value": Field(Text(), "what a value of 1 is")}), "units"),
        "as_of": Field(Date(), "the situation that answers start from; default the last"),
        "timing": Field(OneOf(("asynchronous", "simultaneous")), "who moves when; default asynchronous"),
        "play": Field(
            Record(
                {
                    "discount_rate": Field(setting(), "per year"),
                    "noise": Field(setting(), "scale of private reasons at a move, in units of value"),
                    "reference_rate": Field(setting(), "how often an act without `rate` comes up, per year"),
                    "tempo": Field(
                        AnyOf((Amount(0, open_low=True), Table(Amount(0, open_low=True)))),
                        "ceiling on activity, per year",
                    ),
                    "shocks": Field(OneOf(("reference", "standard", "none")), "how private reasons enter values"),
                    "discount_factor": Field(Amount(0, 1), "per period, for `timing: simultaneous`"),
                },
                noun="key of play",
            ),
            "how the game is played",
        ),
        "actors": Field(
            Table(
                Record(
                    {
                        "kind": Field(OneOf(KINDS), "what it is", True),
                        "labels": Field(Table(Text(), keys="any"), "names for people by language"),
                        "also": Field(Listing(Text(), single=True), "further roles"),
                    },
                    noun="key of an actor",
                ),
                noun="actor",
            ),
            "who acts or is affected",
            True,
        ),
        "states": Field(
            Table(
                Record(
                    {
                        "values": Field(AnyOf((Listing(Name(), least=2), OneOf(("packages",)))), "names, in any order"),
                        "ordered": Field(Listing(Name(), least=2), "names, from low to high: can move by steps"),
                        "label": Field(Text(), "a name for people"),
                        "why": Field(Text(), "the reason"),
                        "era": Field(OneOf((True, False)), "this variable says how the world changes over decades"),  # pyright: ignore
                    },
                    extra=Listing(NUMBER),
                    noun="key of a state variable",
                ),
                noun="state variable",
            ),
            "what can differ",
            True,
        ),
        "parameters": Field(Table(PARAMETER, noun="parameter"), "numbers that answers are spread over"),
        "derived": Field(Table(Formula(), noun="name"), "names for expressions that are used several times"),
        "payoffs": Field(
            Table(Table(Formula(), noun="term"), noun="actor"), "what each actor gets per year, by term", True
        ),
        "actions": Field(Table(Table(ACTION, noun="action"), noun="actor"), "what each actor can do"),
        "nature": Field(Table(EVENT, noun="event"), "what nobody chooses"),
        "outcomes": Field(
            Record(
                {
                    "peace": Field(Formula(), "condition", True),
                    "war": Field(Formula(), "condition", True),
                    "settle": Field(SETTLE, "what a settlement changes; or one such mapping for each package", True),
                },
                noun="outcome",
            ),
            "what counts as peace, as war, and what settling does",
            True,
        ),
        "situations": Field(Table(SITUATION, keys="date", noun="date"), "dated states", True),
        "packages": Field(
            Table(
                Record(
                    {
                        "label": Field(Text(), "a name for people"),
                        "why": Field(Text(), "the reason"),
                        "basis": Field(Text(), "`judgement`, or what it rests on"),
                        "sources": Field(Listing(Text(), single=True), "ids of sources"),
                    },
                    extra=AnyOf((NUMBER, Text())),
                ),
                noun="package",
            ),
            "terms that a text can offer",
        ),
        "levers": Field(Table(LEVER, noun="lever"), "what outsiders could change"),
        "issues": Field(Table(ISSUE, noun="issue"), "what is negotiated, and who stands where"),
        "questions": Field(Table(Anything(), noun="role"), "which moves and actors play which role in answers"),
        "claims": Field(Anything(), "rules for claims"),
    },
    noun="section",
)
ACCOUNT = Record(
    {
        "account": Field(Name(), "short name", True),
        "title": Field(Text(), "title for people"),
        "held_by": Field(Listing(Text(), single=True), "who holds it"),
        "opposed_by": Field(Listing(Name(), single=True), "rival accounts"),
        "in_words": Field(Text(), "the account in one or two sentences", True),
        "parameters": Field(
            Table(
                Record({**RANGE_OR_VALUE, "why": Field(Text(), "the reason")}, noun="key of an account's parameter"),
                keys="any",
                noun="parameter",
            ),
            "narrower ranges",
            True,
        ),
        "expects": Field(AnyOf((Text(), Listing(Text()))), "what one should then see in the record"),
    },
    noun="key of an account",
)
SCENARIO = Record(
    {
        "scenario": Field(Name(), "short name", True),
        "title": Field(Text(), "title for people"),
        "why": Field(Text(), "the reason"),
        "parameters": Field(
            Table(AnyOf((NUMBER, Record(RANGE_OR_VALUE))), keys="any", noun="parameter"),
            "parameter: value or {range: [low, high]}",
        ),
        "rates": Field(Table(Formula(), keys="any", noun="move"), "actor.action or event: rate"),
        "costs": Field(Table(Formula(), keys="any", noun="move"), "actor.action: cost"),
        "situations": Field(
            Table(SITUATION, keys="date", noun="date"),
            "changed or added situations; variables left out keep their values",
        ),
    },
    noun="key of a scenario",
)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the three kinds of files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A case of Detente (case.yaml, accounts/*.yaml, scenarios/*.yaml)",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("case", "account", "scenario")],
        "$defs": {"case": CASE.schema(), "account": ACCOUNT.schema(), "scenario": SCENARIO.schema()},
    }
