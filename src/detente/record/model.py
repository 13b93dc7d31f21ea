"""The types of a record: sources, events, instruments with their commitments, claims, reactions, ceasefires, deaths.

Every type is one row of a table (nested parts have tables of their own), so each can stand in YAML, CSV, XLSX or
Parquet and comes back the same. Absent text is "", an absent date or number None, an absent list ().
"""

import datetime
import re
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from detente.run import Precision

Certainty = Literal["high", "medium", "low"]
How = Literal["invoked", "renewed", "performed", "breached", "ended"]
StatusName = Literal[
    "pending",
    "fulfilled",
    "late",
    "partly",
    "violated",
    "lapsed",
    "superseded",
    "rejected",
    "disputed",
    "ended",
]
Position = Literal["agrees", "partly_agrees", "differs", "opposes"]
ClaimKind = Literal["factual", "causal", "intent", "normative", "predictive"]
Answer = Literal["yes", "no", "unknown"]
Naming = Literal["none", "partly", "first_violator", "both", "other", "unknown"]
Severity = Literal["violent", "political", "humanitarian"]
Term = Literal["date", "at_once", "continuing", "condition", "open"]

RECALL = "recall"  # the source id of what nobody checked in a source
RECORD = "record"  # the viewpoint of the dated record, as against that of any actor
AT_ONCE = ("immediate", "at once", "early", "shortest time", "as soon as possible", "without delay")
CONTINUING = ("continuing", "permanent", "standing")
CLOSED: frozenset[str] = frozenset({"fulfilled", "late", "superseded", "rejected", "ended"})

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_ID = re.compile(r"[^\s,;|\"']+")


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    found = _CONTROL.search(value)
    if found:
        raise ValueError(f"control character U+{ord(found.group()):04X} in text")
    return value


def _line(value: Any) -> Any:
    value = _text(value)
    return " ".join(value.split()) if isinstance(value, str) else value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{value!r} is not an id: no spaces, commas, semicolons, bars or quotes")
    return value


def _some(value: Any) -> Any:
    if not value:
        raise ValueError("is empty")
    return value


def split_ids(value: Any) -> Any:
    """Ids from one text; anything else as it stands."""
    if value is None or value == "":
        return ()
    return tuple(re.split(r"[\s,;]+", value.strip())) if isinstance(value, str) else value


def split_lines(value: Any) -> Any:
    """Lines from one text; anything else as it stands."""
    if value is None or value == "":
        return ()
    return tuple(value.split("\n")) if isinstance(value, str) else value


def _kept(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in value if line)


def _number(value: Any) -> Any:
    return None if value == "" else value


def _yes(value: Any) -> Any:
    if value is None or value == "":
        return False
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def parse_day(value: Any) -> Any:
    """An ISO date (2021-08-05, 2021-08 or 2021: its first day); None for nothing; anything else is a ValueError."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    text = str(value).strip()
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if not found:
        raise ValueError(f"{text!r} is not a date; write 2021-08-05")
    return datetime.date(int(found[1]), int(found[2] or 1), int(found[3] or 1))


def latest_day(text: str) -> datetime.date | None:
    """The last day that a loose date may mean: "2021" and "c. 2021" give 31 December 2021, "2011-06-24/25" the 24th."""
    best: datetime.date | None = None
    pattern = r"(?<!\d)(\d{4})(?!\d)(?:-(0[1-9]|1[0-2])(?!\d)(?:-(\d{2})(?!\d))?)?"
    for found in re.finditer(pattern, text):
        year, month, day = int(found[1]), int(found[2] or 12), int(found[3] or 0)
        if not datetime.MINYEAR <= year < datetime.MAXYEAR:
            continue
        after = datetime.date(year + month // 12, month % 12 + 1, 1)
        last = after - datetime.timedelta(days=1)
        candidate = last.replace(day=day) if 1 <= day <= last.day else last
        best = candidate if best is None or candidate > best else best
    return best


Text = Annotated[str, BeforeValidator(_text)]
Line = Annotated[str, BeforeValidator(_line)]
Title = Annotated[str, BeforeValidator(_line), AfterValidator(_some)]  # a line that must not be empty
Words = Annotated[str, BeforeValidator(_text), AfterValidator(_some)]  # a text that must not be empty
Id = Annotated[str, BeforeValidator(_line), AfterValidator(_id)]
MaybeId = Annotated[str, BeforeValidator(_line)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(split_ids)]
SomeIds = Annotated[Ids, AfterValidator(_some)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(split_lines), AfterValidator(_kept)]
Day = Annotated[datetime.date, BeforeValidator(parse_day)]
MaybeDay = Annotated[datetime.date | None, BeforeValidator(parse_day)]
Number = Annotated[float | None, BeforeValidator(_number)]
Count = Annotated[int | None, BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_yes)]


class Row(BaseModel):
    """One row of a record; immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Row):
    """Where something was read; `repeats` names the sources that this one passes on (they are one witness)."""

    id: Id
    title: Title
    publisher: Line = ""
    date: Line = ""  # as the source gives it: "2011-06-24", "2019", "c. 2004"
    url: Line = ""
    reliability: Literal["", "high", "medium", "low"] = ""
    viewpoint: MaybeId = ""  # the actor whose side it takes, if it says so or is its organ
    repeats: Ids = ()
    note: Text = ""
    confidential: Flag = False


class Touch(Row):
    """That an event bears on a commitment: invokes, renews, performs or breaches it, or formally ends it."""

    commitment: Id
    how: How
    certainty: Certainty = "medium"
    note: Text = ""
    by_viewpoint: MaybeId = ""  # only one side says that the event bears on it; "" means nobody denies it


class EventTouch(Touch):
    """A touch in a table of its own."""

    event: Id


class Event(Row):
    """Something that happened, in a neutral sentence; low, best and high count deaths unless `measure` says else."""

    id: Id
    date: Day
    date_end: MaybeDay = None
    precision: Precision = "day"
    type: Id
    actors: Ids = ()
    target: Ids = ()
    place: Line = ""
    text: Text = ""
    low: Number = None
    best: Number = None
    high: Number = None
    measure: Line = ""
    certainty: Certainty = "medium"
    sources: Ids = ()
    tags: Ids = ()
    format: MaybeId = ""  # of a meeting: who convened or hosted it as mediator; "bilateral" if nobody did
    responds_to: Ids = ()
    named: Ids = ()  # whom a statement named as having acted wrongly
    note: Text = ""
    confidential: Flag = False
    touches: tuple[Touch, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _coarse(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        given = {name: value for name, value in cast("dict[str, Any]", values).items() if name != "precision" or value}
        date = given.get("date")
        short = {4: "year", 7: "month"}.get(len(date.strip())) if isinstance(date, str) else None
        return {"precision": short, **given} if short else given

    @model_validator(mode="after")
    def _ordered(self) -> "Event":
        if self.date_end is not None and self.date_end < self.date:
            raise ValueError(f"date_end {self.date_end} lies before date {self.date}")
        check_range(self.low, self.best, self.high)
        return self

    @property
    def last(self) -> datetime.date:
        """The last day of the event."""
        return self.date_end or self.date

    @property
    def recalled(self) -> bool:
        """Whether no source was checked for it."""
        return self.sources == (RECALL,)


class Status(Row):
    """What became of a commitment (or instrument) from a date on, as one viewpoint has it."""

    subject: Id  # a commitment ("helsinki_1992.conference") or an instrument
    viewpoint: Id = RECORD
    status: StatusName
    date: MaybeDay = None  # None: not dated; then it counts only from the day the record was compiled
    precision: Precision = "day"
    events: Ids = ()
    sources: Ids = ()
    certainty: Certainty = "medium"
    note: Text = ""


class Commitment(Row):
    """Who owes what to whom by when, under which instrument."""

    id: Id  # instrument, dot, short name
    instrument: Id
    who: SomeIds
    to: Ids = ()
    what: Title
    by: Line = ""  # an ISO date, "immediate", "continuing", a condition in words, or nothing
    due: MaybeDay = None
    made: MaybeDay = None  # if not on the instrument's date
    point: Count = None  # its number in the text
    note: Text = ""
    confidential: Flag = False
    statuses: tuple[Status, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _due(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        given = cast("dict[str, Any]", values)
        found = re.match(r"\d{4}-\d{2}-\d{2}", str(given.get("by") or ""))
        return {**given, "due": found.group()} if found and not given.get("due") else given

    @property
    def term(self) -> Term:
        """What kind of deadline it has."""
        if self.due is not None:
            return "date"
        words = self.by.lower()
        if not words:
            return "open"
        if words.startswith(AT_ONCE):
            return "at_once"
        return "continuing" if words.startswith(CONTINUING) else "condition"


class Instrument(Row):
    """A text that binds, calls or proposes: agreement, resolution, mandate, statement."""

    id: Id
    name: Title
    date: Day
    type: Id
    parties: Ids = ()
    mediators: Ids = ()
    signatories: Lines = ()
    certainty: Certainty = "medium"
    sources: Ids = ()
    recalled_parts: Lines = ()  # what was not checked in a source
    details: dict[str, Any] = Field(default_factory=dict)  # what the text itself says, beside its commitments
    afterwards: dict[str, Any] = Field(default_factory=dict)  # what came later: reactions, updates
    confidential: Flag = False
    commitments: tuple[Commitment, ...] = ()
    statuses: tuple[Status, ...] = ()


class Relation(Row):
    """How another speaker stands to a claim."""

    claim: Id
    by: Title
    actor: MaybeId = ""  # the actor in whose name `by` speaks, where there is one
    position: Position
    recorded_as: Line = ""  # the position in the words of whoever compiled it, if finer
    says: Words
    date: MaybeDay = None
    sources: Ids = ()


class Claim(Row):
    """An attributed statement, never adopted: who says what, where; beside it who agrees, differs, opposes."""

    id: Id
    by: Title
    actor: MaybeId = ""
    date: MaybeDay = None
    kind: ClaimKind = "factual"
    paragraph: Count = None
    fragment: Line = ""  # its own words
    claim: Words  # in neutral words
    supports: Lines = ()
    undermines: Lines = ()
    record: Text = ""  # what the dated record shows, and no more
    events: Ids = ()
    sources: Ids = ()
    confidential: Flag = False
    others: tuple[Relation, ...] = ()


class Actor(Row):
    """A party, mediator, patron, institution or domestic actor; `name` is neutral and gives both forms."""

    id: Id
    name: Title
    kind: Id
    role: Text = ""
    since: MaybeDay = None
    until: MaybeDay = None
    country: MaybeId = ""
    leaders: Lines = ()
    certainty: Certainty = "medium"
    sources: Ids = ()
    details: dict[str, Any] = Field(default_factory=dict)


class Response(Row):
    """One escalation from a list that someone drew up, and what one mediator (or several jointly) made of it."""

    id: Id
    date: Day
    escalation: Title
    event: MaybeId = ""
    kind: Severity = "violent"
    severity: Line = ""
    mediator: Id
    responded: Answer
    lag_days: Count = None
    issued_by: Line = ""
    response_events: Ids = ()
    naming: Naming = "unknown"
    named: Ids = ()
    naming_note: Line = ""
    certainty: Certainty = "medium"
    sources: Ids = ()
    note: Text = ""

    @property
    def response_date(self) -> datetime.date | None:
        """When the response came, if both the escalation and the lag are known."""
        return None if self.lag_days is None else self.date + datetime.timedelta(days=self.lag_days)


class Ceasefire(Row):
    """A ceasefire and its first lesser breach, large breach and return to war, as listed."""

    id: Id
    name: Title
    instrument: MaybeId = ""
    start: Day
    relapse_minor: MaybeDay = None
    relapse_major: MaybeDay = None
    relapse_war: MaybeDay = None
    within_hours: Count = None  # relapsed within so many hours
    events: Ids = ()
    sources: Ids = ()
    note: Text = ""


class Deaths(Row):
    """Deaths in a period as one source counts them; rows with `part_of` repeat a part of another row."""

    id: Id
    period: Title
    start: Day
    end: Day
    low: Number
    best: Number
    high: Number
    side: MaybeId = ""
    part_of: MaybeId = ""
    measure: Line = ""
    certainty: Certainty = "medium"
    sources: Ids = ()
    note: Text = ""

    @model_validator(mode="after")
    def _ordered(self) -> "Deaths":
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        check_range(self.low, self.best, self.high)
        return self


class MeetingCount(Row):
    """A count of meetings in a year by someone outside the record, to compare with what is listed."""

    id: Id
    year: int
    count: Title
    sources: Ids = ()


class Interest(Row):
    """Outcomes as an actor plausibly ranked them in a period (1 = most preferred); a judgement with reasons."""

    id: Id
    actor: Id
    period: Title
    ranks: dict[str, int] = Field(default_factory=dict)
    reasons: dict[str, Text] = Field(default_factory=dict)
    disagreement: Text = ""
    certainty: Certainty = "medium"
    sources: Ids = ()


class Merge(Row):
    """A decision by a person that two events are one: `drop` goes into `keep`; taking the line out undoes it."""

    keep: Id
    drop: Id
    why: Line = ""


class Meta(Row):
    """About the record as a whole."""

    title: Line = ""
    compiled: MaybeDay = None
    parties: Ids = ()  # whose viewpoints stand side by side by default
    response_periods: tuple[Day, ...] = ()  # where the response table is cut
    rules: Lines = ()
    gaps: Lines = ()
    caveats: dict[str, Text] = Field(default_factory=dict)  # table -> what to bear in mind
    claims: dict[str, Any] = Field(default_factory=dict)  # about the text that the claims come from
    interests: dict[str, Any] = Field(default_factory=dict)


def check_range(low: float | None, best: float | None, high: float | None) -> None:
    """Refuse a range that is negative or out of order.

    Raises:
        ValueError: with the numbers.
    """
    numbers = [n for n in (low, best, high) if n is not None]
    if any(not 0 <= n < float("inf") for n in numbers):
        raise ValueError(f"low {low}, best {best}, high {high}: not counts")
    if numbers != sorted(numbers):
        raise ValueError(f"low {low}, best {best}, high {high}: not in order")
