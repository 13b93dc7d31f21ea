"""How evidence is told: a finding in one sentence, the tables behind it, and the events that decide it."""

from collections.abc import Mapping

from detente.evidence.study import StudyResult
from detente.record.told import Told
from detente.run import Accounts, Fit, Picture, Ref, Section, Table
from detente.run.accounts import BackTest

HELD_OUT_RANK = 590  # if simple rules predict better than the model, that comes before anything it says of accounts
ACCOUNTS_RANK, FIT_RANK = 600, 620  # after the answers, before the settlement


def accounts_section(accounts: Accounts, tables: tuple[str, ...], found: StudyResult, told: Told) -> Section:
    """Rival accounts: the verdict, what it lacks, and how much of the record speaks to it at all.

    Args:
        accounts: as a run keeps them.
        tables: names, in the order in which they are printed.
        found: of the study.
        told: of the record.
    """
    lacking = [f"{c.id}: {c.words}." for c in accounts.conditions if not c.holds]
    paragraphs = [f"A verdict lacks: {' '.join(lacking)}" if lacking else "Every condition of a verdict is met."]
    paragraphs.append(design_sentence(accounts))
    telling: tuple[Ref, ...] = ()
    if found.compared.settled:
        turn = accounts.bias_tolerance
        paragraphs += [
            f"{accounts.discriminating_marks} of {accounts.marks} marks tell the first two accounts apart at all.",
            f"The sign would turn if {turn.events_to_turn_the_sign} of the {turn.of} events that speak for the first "
            "were invented or slanted.",
        ]
        events = told.record.events
        telling = told.refs(*(events[t.event] for t in found.telling if t.event in events and t.decibans))
    solved = f"{accounts.solves} games were solved."
    return Section(
        id="accounts",
        title="Rival accounts, held against the record",
        rank=ACCOUNTS_RANK,
        finding=sentence(accounts.verdict),
        paragraphs=(*paragraphs, " ".join((solved, *(sentence(note) for note in accounts.notes)))),
        tables=tables,
        rests_on=telling,
    )


def design_sentence(accounts: Accounts) -> str:
    """Whether a record of this length and kind could tell the accounts apart."""
    check = accounts.design_check
    shares = [a.sign_right_against_worst_rival for a in check.accounts]
    low, high = (f"{100 * end:.0f}" for end in (min(shares, default=1.0), max(shares, default=1.0)))
    share = low if low == high else f"{low} to {high}"
    return (
        f"Records were simulated from each account, {check.records_per_account} apiece. Against its worst rival the "
        f"true account has the right sign in {share} % of them, so a record like this "
        f"{'can' if check.long_enough else 'cannot'} tell all of them apart."
    )


def held_out_section(tested: BackTest, table: str) -> Section:
    """Held-out events: whether the model foresaw them better than simple rules."""
    war = tested.war
    chance = "cannot say" if war.model is None else f"{war.model:.0%}"
    past = "unknown" if war.climatology is None else f"{war.climatology:.0%}"
    return Section(
        id="held_out",
        title="Held-out events: the model beside simple rules",
        rank=HELD_OUT_RANK,
        finding=sentence(tested.words),
        paragraphs=(f"War in the window: the model {chance}, past frequency {past}; wars begun: {war.happened}.",),
        tables=(table,),
    )


def fit_section(fit: Fit, tables: Mapping[str, Table]) -> Section:
    """What the record says of the parameters, and of how many it says nothing."""
    roles = {"label": "kind", "group": "parameter"}
    pictures = [
        Picture(shape="intervals", title=table.title, table=name, roles=roles, hollow=("before the record",))
        for name, table in tables.items()
        if name == "fit_learnt"
    ]
    silent = sum(p.assumption_not_record for p in fit.parameters)
    finding = (
        f"Of {len(fit.parameters)} parameters the record says nothing about {silent}: what rests on them is assumption."
        if not fit.refused
        else "The chains of this fit have not come together, so that it cannot say what the record teaches."
    )
    return Section(
        id="fit",
        title=f"What the record says of the parameters ({fit.account})",
        rank=FIT_RANK,
        finding=finding,
        paragraphs=(
            "The whole record was used, also what came after the date: this is hindsight."
            if fit.whole
            else f"The record was used until {fit.until}.",
            *(sentence(words) for words in fit.words),
        ),
        pictures=tuple(pictures),
        tables=tuple(name for name in tables if name != "fit_learnt"),
    )


def sentence(words: str) -> str:
    """Words with a capital letter and a full stop."""
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
