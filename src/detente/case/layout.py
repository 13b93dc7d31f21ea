"""Which keys a case's files have: case.yaml, accounts/*.yaml and scenarios/*.yaml."""

from detente.case.shape import (
    Amount,
    AnyOf,
    Anything,
    Date,
    Either,
    Field,
    Flag,
    Formula,
    Listing,
    Name,
    OneOf,
    Record,
    Table,
    Text,
    Version,
)

KINDS = ("party", "mediator", "patron", "guarantor", "domestic", "organisation")
NUMBER, POSITIVE, TEXTS, NAMES = Amount(), Amount(0, True), Listing(Text(), single=True), Listing(Name(), single=True)
PAIR = Listing(NUMBER, least=2)
LABEL = Field(Text(), "a name for people")
WHY = Field(Text(), "the reason")
BASIS = Field(Text(), "`judgement`, or what it rests on")
SOURCES = Field(TEXTS, "ids of sources in record/sources.yaml")
PRIOR = Record(
    {
        "uniform": Field(PAIR, "[low, high]"),
        "loguniform": Field(PAIR, "[low, high], both above 0"),
        "normal": Field(PAIR, "[mean, standard deviation]"),
        "lognormal": Field(PAIR, "[median, standard deviation of the logarithm]"),
        "beta": Field(PAIR, "[a, b]"),
        "triangular": Field(Listing(NUMBER, least=3), "[low, mode, high]"),
    },
    noun="prior",
)
VALUE = {
    "range": Field(PAIR, "[low, high]: uniform between hard ends, or the ends of `prior`"),
    "value": Field(NUMBER, "the value in use; beside `range`, the value used when nothing is drawn"),
    "prior": Field(PRIOR, "a distribution other than uniform"),
}
CONTESTED = Record({"by": Field(TEXTS, "ids of claims"), "view": Field(Text(), "the other view")})
PARAMETER = Record(
    {
        **VALUE,
        "unit": Field(Text(), "1/year, value, value/year, probability, ratio, ..."),
        "label": LABEL,
        "why": Field(Text(), "the reason for this range"),
        "basis": BASIS,
        "sources": SOURCES,
        "contested": Field(AnyOf((CONTESTED, Text())), "who disputes it, and how"),
        "confidential": Field(Flag(), "left out of exports"),
    },
    noun="key of a parameter",
)
SETTING = AnyOf((POSITIVE, Either(PARAMETER, Table(AnyOf((POSITIVE, PARAMETER)), noun="actor"))))
PLAY = Record(
    {
        "discount_rate": Field(SETTING, "per year: a number, a parameter, or one of them for each actor"),
        "noise": Field(SETTING, "scale of private reasons at a move, in units of value"),
        "reference_rate": Field(AnyOf((POSITIVE, PARAMETER)), "how often an act without `rate` comes up, per year"),
        "tempo": Field(AnyOf((POSITIVE, Table(POSITIVE, noun="actor"))), "ceiling on activity, per year"),
        "shocks": Field(OneOf(("reference", "standard", "none")), "how private reasons enter values"),
        "discount_factor": Field(Amount(0), "per period, with `timing: simultaneous`"),
    },
    noun="key of play",
)
ACTOR = Record(
    {
        "kind": Field(OneOf(KINDS), f"one of {', '.join(KINDS)}", True),
        "labels": Field(Table(Text(), keys="any", noun="language"), "names for people by language"),
        "also": Field(TEXTS, "further roles"),
    },
    noun="key of an actor",
)
STATE = Record(
    {
        "values": Field(AnyOf((Listing(Name(), least=2), OneOf(("packages",)))), "names; or `packages`"),
        "ordered": Field(Listing(Name(), least=2), "names from low to high: the variable can move by steps"),
        "label": LABEL,
        "why": WHY,
        "era": Field(Flag(), "this variable says how the world changes over decades"),
    },
    extra=Listing(NUMBER),
    noun="key of a state variable",
)
EFFECT = AnyOf((NUMBER, Text()))
EFFECTS = Table(EFFECT, keys="any", noun="variable")
OUTCOME = Record({"p": Field(Formula(), "probability of this outcome", True)}, extra=EFFECT)
THEN = AnyOf((EFFECTS, Listing(OUTCOME, least=1)))
THEN_DOC = "`{variable: value}`, `{variable: -1}`, `{variable: +1 stop}`, or a list of outcomes with `p`"
ACTION = Record(
    {
        "label": LABEL,
        "when": Field(Formula(), "condition under which it can be done; default always"),
        "then": Field(THEN, f"what it changes: {THEN_DOC}"),
        "rate": Field(Formula(), "reference rate: how often if indifferent, per year"),
        "cost": Field(Formula(), "price paid by the actor at the moment of acting"),
        "impulses": Field(Table(Formula(), noun="actor"), "payoff to other actors at that moment"),
        "why": WHY,
    },
    noun="key of an action",
)
EVENT = Record(
    {
        "label": LABEL,
        "when": Field(Formula(), "condition under which it can happen; default always"),
        "then": Field(THEN, f"what it changes: {THEN_DOC}", True),
        "rate": Field(Formula(), "how often, per year", True),
        "why": WHY,
    },
    noun="key of an event",
)
OUTCOMES = Record(
    {
        "peace": Field(Formula(), "condition", True),
        "war": Field(Formula(), "condition", True),
        "settle": Field(
            Table(AnyOf((NUMBER, Text(), EFFECTS)), keys="any", noun="variable"),
            "what a settlement changes; or one such mapping for each package",
            True,
        ),
    },
    noun="outcome",
)
SITUATIONS = Table(Table(Text(), keys="any", noun="variable"), keys="date", noun="date")
PACKAGE = Record({"label": LABEL, "why": WHY, "basis": BASIS, "sources": SOURCES}, extra=AnyOf((NUMBER, Text())))
LEVER = Record(
    {
        "label": LABEL,
        "change": Field(
            Table(AnyOf((NUMBER, PAIR)), keys="any", noun="parameter"), "parameter: value or [from, to]", True
        ),
        "cost": Field(Formula(), "price per year for who pays; `amount` is the value chosen", True),
        "paid_by": Field(NAMES, "who pays", True),
        "consent": Field(NAMES, "who must agree"),
        "decays": Field(AnyOf((POSITIVE, Text())), "half-life, such as `5 years`"),
        "excludes": Field(NAMES, "levers that cannot go with it"),
        "why": WHY,
        "basis": BASIS,
    },
    noun="key of a lever",
)
POSITION = Record(
    {
        "position": Field(Name(), "an option", True),
        "salience": Field(Amount(0), "weight of the issue for the actor"),
        "capability": Field(Amount(0), "weight of the actor in the issue"),
        "why": WHY,
        "basis": BASIS,
        "sources": SOURCES,
    },
    noun="key of a position",
)
ISSUE = Record(
    {
        "label": LABEL,
        "options": Field(Listing(Name(), least=2), "what can be agreed, from one end to the other", True),
        "positions": Field(Table(AnyOf((Name(), POSITION)), noun="actor"), "actor: option, or a mapping with position"),
        "why": WHY,
    },
    noun="key of an issue",
)
CASE = Record(
    {
        "format": Field(Version(1), "version of the case language: 1", True),
        "case": Field(Text(), "short name", True),
        "title": Field(Text(), "title for people", True),
        "summary": Field(Text(), "what it is about, in two sentences"),
        "unit": Field(
            Record({"time": Field(OneOf(("year",)), "year"), "value": Field(Text(), "what a value of 1 is")}), "units"
        ),
        "as_of": Field(Date(), "the situation that answers start from; default the last"),
        "timing": Field(OneOf(("asynchronous", "simultaneous")), "who moves when; default asynchronous"),
        "together": Field(
            Table(OneOf(("highest", "lowest", "first")), keys="any", noun="state variable"),
            "with simultaneous moves: whose change of a variable prevails",
        ),
        "play": Field(PLAY, "how the game is played"),
        "actors": Field(Table(ACTOR, noun="actor"), "who acts or is affected", True),
        "states": Field(Table(STATE, noun="state variable"), "what can differ", True),
        "parameters": Field(Table(PARAMETER, noun="parameter"), "numbers that answers are spread over"),
        "derived": Field(Table(Formula(), noun="name"), "names for expressions that are used several times"),
        "payoffs": Field(Table(Table(Formula(), noun="term"), noun="actor"), "what each gets per year, by term", True),
        "actions": Field(Table(Table(ACTION, noun="action"), noun="actor"), "what each actor can do"),
        "nature": Field(Table(EVENT, noun="event"), "what nobody chooses"),
        "outcomes": Field(OUTCOMES, "what counts as peace, as war, and what settling does", True),
        "situations": Field(SITUATIONS, "dated states", True),
        "packages": Field(Table(PACKAGE, noun="package"), "terms that a text can offer"),
        "levers": Field(Table(LEVER, noun="lever"), "what outsiders could change"),
        "issues": Field(Table(ISSUE, noun="issue"), "what is negotiated, and who stands where"),
        "questions": Field(
            Table(Anything(), keys="any", noun="role"), "which moves and actors play which role in answers"
        ),
        "claims": Field(Anything(), "rules for claims"),
    },
    noun="section",
)
ACCOUNT = Record(
    {
        "account": Field(Name(), "short name", True),
        "title": Field(Text(), "title for people"),
        "held_by": Field(TEXTS, "who holds it"),
        "opposed_by": Field(NAMES, "rival accounts"),
        "in_words": Field(Text(), "the account in one or two sentences", True),
        "parameters": Field(
            Table(Record({**VALUE, "why": WHY}, noun="key of an account's parameter"), keys="any", noun="parameter"),
            "narrower priors",
            True,
        ),
        "expects": Field(TEXTS, "what one should then see in the record"),
    },
    noun="key of an account",
)
SCENARIO = Record(
    {
        "scenario": Field(Name(), "short name", True),
        "title": Field(Text(), "title for people"),
        "why": WHY,
        "parameters": Field(
            Table(AnyOf((NUMBER, Record(VALUE, noun="key of a parameter"))), keys="any", noun="parameter"),
            "parameter: value or {range: [low, high]}",
        ),
        "rates": Field(Table(Formula(), keys="any", noun="move"), "actor.action or event: rate"),
        "costs": Field(Table(Formula(), keys="any", noun="move"), "actor.action: cost"),
        "situations": Field(SITUATIONS, "changed or added situations; variables left out keep their values"),
    },
    noun="key of a scenario",
)
