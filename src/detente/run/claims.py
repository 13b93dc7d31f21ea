"""Claims held against answers and record."""

from collections.abc import Iterable
from typing import Literal, get_args

from detente.run.base import Model, Ref

Verdict = Literal[
    "supported", "undermined", "mixed", "the record cannot tell", "outside the model", "not a factual claim"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
OTHERS = "others"  # whose claims they are where the rules name no group for them
Outcome = Literal["holds", "fails", "open"]


class ClaimTest(Model):
    """One test of a claim: what was measured, and the threshold that it was held against."""

    kind: Literal["quantity", "query", "scenario"]
    id: str
    words: str
    date: str = ""  # of a test that was put at another date than the run's
    scenario: str = ""  # under which a quantity is held against the case as it stands
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
    side: str = ""  # whose claim it is, as the rules group speakers
    date: str = ""  # at which it is tested, where its rule names one
    verdict: Verdict
    tested_part: str = ""  # of a claim outside the model: the verdict on what of it can be tested
    untested: str = ""  # what of it no test reaches
    fair: str = ""  # why the tests are fair
    why: str = ""
    tests: tuple[ClaimTest, ...] = ()
    rests_on: tuple[Ref, ...] = ()
    why_none: str = ""
    others: tuple[str, ...] = ()  # what others say of it: "POSITION: WHO: WHAT"
    opposed_by: tuple[str, ...] = ()
    would_change: str = ""
    record: tuple[Ref, ...] = ()  # entries of the record behind it
    confidential: bool = False

    @property
    def told(self) -> str:
        """The verdict with what limits it: the date of its tests, and that part of the claim is not tested."""
        words = [f"tested at {self.date}" if self.date and self.tests else "", "in part" if self.untested else ""]
        limits = ", ".join(word for word in words if word)
        return f"{self.verdict} ({limits})" if limits and self.tests else self.verdict


class Tally(Model):
    """How the claims of one group of speakers fared; only verdicts that occur."""

    by: str
    claims: int
    verdicts: dict[Verdict, int]

    @property
    def words(self) -> str:
        """The verdicts, each with how often it occurs."""
        return ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.items())


def tally(claims: Iterable[Claim]) -> tuple[Tally, ...]:
    """Verdicts by whose claims they are, in the order in which the groups first speak; the others last."""
    groups: dict[str, list[Verdict]] = {}
    for claim in claims:
        groups.setdefault(claim.side or OTHERS, []).append(claim.verdict)
    order = sorted(groups, key=lambda group: group == OTHERS)
    return tuple(
        Tally(by=group, claims=len(given), verdicts={v: given.count(v) for v in VERDICTS if v in given})
        for group in order
        for given in (groups[group],)
    )
