"""Claims held against answers and record."""

from typing import Literal

from detente.run.base import Model, Ref

Verdict = Literal[
    "supported", "undermined", "mixed", "the record cannot tell", "outside the model", "not a factual claim"
]
Outcome = Literal["holds", "fails", "open"]


class ClaimTest(Model):
    """One test of a claim: what was measured, and the threshold that it was held against."""

    kind: Literal["quantity", "query", "scenario"]
    id: str
    words: str
    outcome: Outcome
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    relation: str
    threshold: float
    draws: int | None = None  # how many draws a test of a quantity rests on
    rests_on: tuple[Ref, ...] = ()
    would_change: str = ""


class Claim(Model):
    """One claim with its verdict; `rests_on` names quantities and queries, or `why_none` says why there are none."""

    id: str
    claim: str
    by: str
    kind: str
    verdict: Verdict
    tested_part: str = ""  # of a claim outside the model: the verdict on what of it can be tested
    why: str = ""
    tests: tuple[ClaimTest, ...] = ()
    rests_on: tuple[Ref, ...] = ()
    why_none: str = ""
    others: tuple[str, ...] = ()  # what others say of it: "POSITION: WHO: WHAT"
    opposed_by: tuple[str, ...] = ()
    would_change: str = ""
    record: tuple[Ref, ...] = ()  # entries of the record behind it
    confidential: bool = False
