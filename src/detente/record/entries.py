"""The entries of a record: sources, events, instruments with their commitments, claims, reactions, ceasefires, deaths.

Every type is one row of a table (nested parts have tables of their own), so each can stand in YAML, CSV, XLSX or
Parquet and comes back the same.
"""

import datetime
import re
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from detente.record.days import FIRST_YEAR, LAST_YEAR, last_of, precision_of
from detente.record.fields import (
    Certainty,
    Count,
    Day,
    Details,
    ExactDay,
    Extensions,
    Flag,
    Id,
    Ids,
    Labels,
    LastDay,
    Line,
    Lines,
    MaybeDay,
    MaybeId,
    MaybeLastDay,
    Number,
    Remark,
    RemarkDetails,
    RemarkLine,
    RemarkLines,
    SomeIds,
    Text,
    Title,
    Words,
    check_range,
    check_whole,
)
from detente.run import Precision

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
FIGHTING = ("clash", "offensive", "violation", "war_start")  # types of events that can break a ceasefire
DEADLINE = re.compile(r"\d{4}(?:-\d{2}){0,2}(?=$|[\s,;(])")  # the date with which the words of a deadline begin


class Row(BaseModel):
    """One row of a record; immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatedRow(Row):
    """A row with a main date, which may be coarse: 2021-08 and 2021 set the precision."""

    DATE: ClassVar[str] = "date"

    @model_validator(mode="before")
    @classmethod
    def _coarse(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        given = {name: value for name, value in cast("dict[str, Any]", values).items() if name != "precision" or value}
        short = precision_of(given.get(cls.DATE))
        return {"precision": short, **given} if short else given

    @property
    def known(self) -> datetime.date | None:
        """The last day that its date may mean: from then on it can be known; None if it has no date."""
        date: datetime.date | None = getattr(self, self.DATE)
        precision: Precision = getattr(self, "precision")  # noqa: B009 - each row declares it in its own place
        return None if date is None else last_of(date, precision)


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
    note: Remark = ""
    confidential: Flag = False


class Touch(Row):
    """That an event bears on a commitment: invokes, renews, performs or breaches it, or formally ends it."""

    commitment: Id
    how: How
    certainty: Certainty = "medium"
    note: Remark = ""
    by_viewpoint: MaybeId = ""  # only one side says that the event bears on it; "" means nobody denies it


class EventTouch(Touch):
    """A touch in a table of its own."""

    event: Id


class Event(DatedRow):
    """Something that happened, in a neutral sentence; low, best and high count deaths unless `measure` says else."""

    id: Id
    date: Day
    date_end: MaybeLastDay = None
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
    tags: Labels = ()
    format: MaybeId = ""  # of a meeting: who convened or hosted it as mediator; "bilateral" if nobody did
    responds_to: Ids = ()
    named: Ids = ()  # whom a statement named as having acted wrongly
    note: Remark = ""
    confidential: Flag = False
    touches: tuple[Touch, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> "Event":
        if self.date_end is not None and self.date_end < self.date:
            raise ValueError(f"date_end {self.date_end} lies before date {self.date}")
        check_range(self.low, self.best, self.high)
        if not self.measure:
            check_whole(self.low, self.best, self.high)
        return self

    @property
    def known(self) -> datetime.date:
        """The last day on which it can have begun: from then on it can be known."""
        begun = last_of(self.date, self.precision)
        return min(begun, self.date_end) if self.date_end else begun

    @property
    def last(self) -> datetime.date:
        """The last day on which it can have ended."""
        return self.date_end or self.known

    @property
    def recalled(self) -> bool:
        """Whether no source was checked for it."""
        return self.sources == (RECALL,)


class Status(DatedRow):
    """What became of a commitment (or instrument) from a date on, as one viewpoint has it."""

    subject: Id  # a commitment ("helsinki_1992.conference") or an instrument
    viewpoint: Id = RECORD
    status: StatusName
    date: MaybeDay = None  # None: not dated; then it counts only from the day the record was compiled
    precision: Precision = "day"
    events: Ids = ()
    sources: Ids = ()
    certainty: Certainty = "medium"
    note: Remark = ""


class Commitment(Row):
    """Who owes what to whom by when, under which instrument."""

    id: Id  # instrument, dot, short name
    instrument: Id
    who: SomeIds
    to: Ids = ()
    what: Title
    by: Line = ""  # an ISO date, "immediate", "continuing", a condition in words, or nothing
    due: MaybeLastDay = None  # as it was first set
    extended: Extensions = Field(default_factory=dict)  # the day on which a new day was set -> the new day
    made: ExactDay = None  # if not on the instrument's date
    point: Count = None  # its number in the text
    note: Remark = ""
    confidential: Flag = False
    statuses: tuple[Status, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _due(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        given = cast("dict[str, Any]", values)
        found = DEADLINE.match(str(given.get("by") or ""))
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


class Instrument(DatedRow):
    """A text that binds, calls or proposes: agreement, resolution, mandate, statement."""

    id: Id
    name: Title
    date: Day
    precision: Precision = "day"
    type: Id
    parties: Ids = ()
    mediators: Ids = ()
    signatories: Lines = ()
    certainty: Certainty = "medium"
    sources: Ids = ()
    recalled_parts: RemarkLines = ()  # what was not checked in a source
    details: Details = Field(default_factory=dict)  # what the text itself says, beside its commitments
    afterwards: RemarkDetails = Field(default_factory=dict)  # later: reactions, updates
    confidential: Flag = False
    commitments: tuple[Commitment, ...] = ()
    statuses: tuple[Status, ...] = ()


class Relation(DatedRow):
    """How another speaker stands to a claim."""

    claim: Id
    by: Title
    actor: MaybeId = ""  # the actor in whose name `by` speaks, where there is one
    position: Position
    recorded_as: RemarkLine = ""  # the position in the words of whoever compiled it, if finer
    says: Words
    date: MaybeDay = None
    precision: Precision = "day"
    sources: Ids = ()


class Claim(DatedRow):
    """An attributed statement, never adopted: who says what, where; beside it who agrees, differs, opposes."""

    id: Id
    by: Title
    actor: MaybeId = ""
    date: MaybeDay = None
    precision: Precision = "day"
    kind: ClaimKind = "factual"
    paragraph: Count = None
    fragment: Line = ""  # its own words
    claim: Words  # in neutral words
    supports: RemarkLines = ()
    undermines: RemarkLines = ()
    record: Remark = ""  # what the dated record shows, and no more
    events: Ids = ()
    sources: Ids = ()
    confidential: Flag = False
    others: tuple[Relation, ...] = ()


class Actor(DatedRow):
    """A party, mediator, patron, institution or domestic actor; `name` is neutral and gives both forms."""

    DATE: ClassVar[str] = "since"

    id: Id
    name: Title
    kind: Id
    role: Remark = ""
    since: MaybeDay = None
    precision: Precision = "day"  # of `since`
    until: MaybeLastDay = None
    country: MaybeId = ""
    leaders: RemarkLines = ()
    certainty: Certainty = "medium"
    sources: Ids = ()
    details: RemarkDetails = Field(default_factory=dict)


class Response(DatedRow):
    """One escalation from a list that someone drew up, and what one mediator (or several jointly) made of it."""

    id: Id
    date: Day
    precision: Precision = "day"
    escalation: Title
    event: MaybeId = ""
    kind: Severity = "violent"
    severity: RemarkLine = ""
    mediator: Id
    responded: Answer
    lag_days: Count = None
    issued_by: Line = ""
    response_events: Ids = ()
    naming: Naming = "unknown"
    named: Ids = ()
    naming_note: RemarkLine = ""
    certainty: Certainty = "medium"
    sources: Ids = ()
    note: Remark = ""

    @model_validator(mode="after")
    def _after(self) -> "Response":
        if self.lag_days is not None and self.lag_days < 0:
            raise ValueError(f"lag_days {self.lag_days}: an answer before the escalation")
        return self

    @property
    def response_date(self) -> datetime.date | None:
        """When the response came, if both the escalation and the lag are known."""
        return None if self.lag_days is None else self.date + datetime.timedelta(days=self.lag_days)


class Ceasefire(DatedRow):
    """A ceasefire and its first lesser breach, large breach and return to war, as listed."""

    DATE: ClassVar[str] = "start"

    id: Id
    name: Title
    instrument: MaybeId = ""
    start: Day
    precision: Precision = "day"  # of `start`
    relapse_minor: ExactDay = None
    relapse_major: ExactDay = None
    relapse_war: ExactDay = None
    within_hours: Count = None  # relapsed within so many hours
    events: Ids = ()
    sources: Ids = ()
    note: Remark = ""


class Deaths(Row):
    """Deaths in a period as one source counts them; rows with `part_of` repeat a part of another row."""

    id: Id
    period: Title
    start: Day
    end: LastDay
    low: Number
    best: Number
    high: Number
    side: MaybeId = ""
    part_of: MaybeId = ""
    measure: Line = ""
    certainty: Certainty = "medium"
    sources: Ids = ()
    note: Remark = ""

    @model_validator(mode="after")
    def _ordered(self) -> "Deaths":
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        check_range(self.low, self.best, self.high)
        check_whole(self.low, self.best, self.high)
        return self


class MeetingCount(Row):
    """A count of meetings in a year by someone outside the record, to compare with what is listed."""

    id: Id
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    count: Title
    sources: Ids = ()


class Interest(Row):
    """Outcomes as an actor plausibly ranked them in a period (1 = most preferred); a judgement with reasons."""

    id: Id
    actor: Id
    period: Title
    ranks: dict[Line, int] = Field(default_factory=dict)
    reasons: dict[Line, Text] = Field(default_factory=dict)
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
    compiled: MaybeLastDay = None
    parties: Ids = ()  # whose viewpoints stand side by side by default
    response_periods: tuple[Day, ...] = ()  # where the response table is cut
    rules: RemarkLines = ()
    gaps: RemarkLines = ()
    caveats: dict[Line, Text] = Field(default_factory=dict)  # table -> what to bear in mind
    claims: RemarkDetails = Field(default_factory=dict)  # about the text that the claims come from
    interests: RemarkDetails = Field(default_factory=dict)
