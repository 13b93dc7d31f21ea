"""A run with every part, made from a seed: invented numbers about invented places, for tests of report and export."""

import math
import random

from detente.run import (
    Accounts,
    Assumption,
    Bar,
    Claim,
    ClaimTest,
    Happening,
    Ledger,
    Outlook,
    Part,
    Picture,
    Quantity,
    Ref,
    Run,
    Section,
    Settlement,
    Solution,
    Table,
    Timeline,
    Touched,
)
from detente.run.accounts import AccountResult, BackTest, BiasTolerance, DesignCheck, ParameterFit, WarForecast
from detente.run.settlement import (
    Binding,
    Combination,
    Constraint,
    FailsWhen,
    IfLeaves,
    LeastGain,
    Limits,
    Relaxation,
    Search,
    Spread,
)

ACTORS = {
    "north": "Northland (Norda)",
    "south": "Southland (Sudia)",
    "valley": "Valley authorities (the de facto authorities; “occupation administration” in Southland’s usage)",
    "mediators": "Chairs of the Contact Group, acting jointly",
    "empire": "The Eastern Power",
    "league": "The Western League",
}
SHORT = {"valley": "Valley authorities"}
PARAMETERS = ("war_cost_north", "war_cost_south", "process_rent", "guarantee_strength", "accident_rate", "secret_price")
SECRET_WORDS = ("Blue Orchid memorandum", "price named in confidence by the envoy", "secret_price", "E1999_SECRET")
EVENTS = (
    ("war_start", "War begins in the valley"),
    ("ceasefire", "Ceasefire signed in the border town"),
    ("clash", "Clash on the line of contact with several dead"),
    ("talks", "Meeting of foreign ministers"),
    ("statement", "Chairs call for restraint"),
    ("text", "A text of basic principles is tabled"),
    ("clash", "Shelling of border villages"),
    ("talks", "Summit without a joint statement"),
)
MARKED = (
    Ref(kind="parameter", id="secret_price"),
    Ref(kind="event", id="E1999_SECRET"),
    Ref(kind="source", id="S_ORCHID"),
    Ref(kind="claim", id="C3"),
)


def quantity(draw: random.Random, id: str, label: str, unit: str, low: float, high: float, **more) -> Quantity:
    """A number somewhere in a range, with a spread about it."""
    width = high - low
    mid = low + width * draw.uniform(0.35, 0.65)
    parts = (mid - width * draw.uniform(0.15, 0.3), mid, mid + width * draw.uniform(0.15, 0.4))
    share = 1.0 if parts[0] * parts[2] > 0 else round(draw.uniform(0.5, 0.95), 2)
    family, _, detail = id.partition(".")
    defaults = {
        "question": family,
        "family": family,
        "detail": detail,
        "sign_share": share,
        "assumptions": tuple(draw.sample(PARAMETERS[:-1], 3)),
        "rests_on": (Ref(kind="event", id=f"E{draw.randint(0, 7):03d}"),),
    }
    return Quantity(id=id, label=label, unit=unit, low=parts[0], mid=parts[1], high=parts[2], **{**defaults, **more})


def curve(title: str, speed: float) -> Table:
    """A curve of a chance over twenty years."""
    rows = []
    for n in range(41):
        years = n / 2
        low, mid, high = (1 - math.exp(-speed * k * years) for k in (0.5, 1.0, 1.7))
        rows.append((years, low, mid, high))
    units = {"years": "years", **dict.fromkeys(("low", "mid", "high"), "probability")}
    return Table(title=title, columns=("years", "low", "mid", "high"), rows=tuple(rows), units=units)


def quantities(draw: random.Random) -> list[Quantity]:
    """Chances, gains, delays, losses and prolongation, and one confidential number."""
    made = [
        quantity(draw, f"relapse.{y}y", f"Chance that war resumes within {y} year{'s' * (y > 1)}", "probability",
                 0.02 * y, 0.06 * y, sign_share=None)
        for y in (1, 2, 5, 10)
    ]  # fmt: skip
    made += [
        quantity(draw, f"peace.{y}y", f"Chance of a settlement within {y} years", "probability", 0.02 * y, 0.045 * y,
                 sign_share=None)
        for y in (5, 10, 20)
    ]  # fmt: skip
    for actor, full in ACTORS.items():
        name = SHORT.get(actor, full)
        about = {"actor": actor, "detail": ""}
        change = {**about, "signed": True}
        made += [
            quantity(draw, f"gain_from_settling.{actor}", f"Gain of {name} from settling now", "value", -1.5, 4,
                     **change),
            quantity(draw, f"delay.{actor}", f"Value of delay to {name}", "value*year per unit hazard", -9, 4,
                     question="delay", **change),
            quantity(draw, f"delay_per_time.{actor}", f"Value of delay to {name}, per unsettled year", "value/year",
                     -0.9, 0.4, question="delay", **change),
            quantity(draw, f"loss.{actor}", f"Expected loss of {name} from resumed war", "value", 0.1, 5, **about),
            quantity(draw, f"trigger.{actor}", f"Share of relapses begun by {name}", "share", 0.0, 0.5,
                     **{**about, "sign_share": None}),
        ]  # fmt: skip
    for mediator in ("mediators", "empire", "league"):
        name = ACTORS[mediator]
        change = {"actor": mediator, "signed": True}
        made.append(
            quantity(draw, f"prolongation.{mediator}.years", f"Extra unsettled years with {name}", "years", -0.5, 3,
                     detail="years", **change)
        )  # fmt: skip
        made.append(
            quantity(draw, f"prolongation.{mediator}.peace10", f"Change in the chance of peace with {name}", "share",
                     -0.2, 0.1, detail="peace10", assumption_not_record=True, **change)
        )  # fmt: skip
    made.append(
        Quantity(
            id="spoilers.break_even",
            question="spoilers",
            family="spoilers",
            detail="break_even",
            label="Spoiler rate at which talks fail",
            unit="1/year",
            mid=0.4,
            reason_no_interval="solved at the middle of every range only",
            depends_on_choice=True,
            assumptions=("accident_rate",),
        )
    )
    made.append(
        quantity(draw, "secret.price", "Price of consent named in confidence", "value", 7.1, 7.9, actor="empire",
                 detail="price", assumptions=("secret_price",), confidential=True)
    )  # fmt: skip
    return made


def answers(draw: random.Random) -> Part:
    """The part of the answers, with its sections."""
    numbers = quantities(draw)
    ids = [q.id for q in numbers]
    terms = ("stake", "war", "isolation", "dividend", "reasons")
    by_term = tuple((actor, term, *sorted(draw.uniform(-4, 4) for _ in range(3))) for actor in ACTORS for term in terms)
    tornado = tuple(
        (q, p, 0.2 - draw.uniform(0, 0.15), 0.2 + draw.uniform(0, 0.2))
        for q in ("relapse.5y", "peace.10y")
        for p in PARAMETERS
    )
    rests = tuple((Ref(kind="quantity", id=q), Ref(kind="parameter", id=p)) for q, p, *_ in tornado)
    tables = {
        "risk_curve": curve("Chance that war has resumed", 0.05),
        "peace_curve": curve("Chance that a settlement has been reached", 0.04),
        "values_by_term": Table(
            title="Values by term",
            columns=("actor", "term", "low", "mid", "high"),
            rows=by_term,
            units=dict.fromkeys(("low", "mid", "high"), "value"),
        ),
        "tornado": Table(
            title="What the numbers hang on",
            columns=("quantity", "parameter", "low", "high"),
            rows=tornado,
            rests_on=rests,
        ),
        "weather": Table(title="An unforeseen table", columns=("thing", "amount"), rows=(("rain", 3.25), ("sun", 12))),
    }

    def of(*families: str) -> tuple[str, ...]:
        return tuple(q.id for q in numbers if q.family in families)

    band = {"x": "years"}
    sections = (
        Section(
            id="risk",
            title="How likely is war",
            rank=110,
            finding="War is likelier than not to stay away for a year.",
            paragraphs=("Counted from the date of this run.",),
            headline=("relapse.5y", "peace.10y"),
            quantities=of("relapse", "peace"),
            pictures=(
                Picture(shape="band", title="Chance of war by year", table="risk_curve", roles=band, percent=True,
                        quantities=of("relapse")),
                Picture(shape="band", title="Chance of peace by year", table="peace_curve", roles=band, percent=True,
                        quantities=of("peace")),
            ),
            rests_on=(Ref(kind="event", id="E000"), Ref(kind="event", id="E001")),
        ),
        Section(
            id="gain",
            title="Who gains from settling",
            rank=220,
            finding="Three of six gain.",
            quantities=of("gain_from_settling"),
            pictures=(Picture(shape="intervals", title="Gain from settling now", quantities=of("gain_from_settling")),),
        ),
        Section(
            id="delay",
            title="What delay is worth",
            rank=230,
            finding="Delay costs most.",
            quantities=of("delay", "delay_per_time"),
            pictures=(Picture(shape="intervals", title="Value of delay", quantities=of("delay")),),
        ),
        Section(
            id="prolongation",
            title="Do mediators prolong it",
            rank=320,
            quantities=of("prolongation"),
            pictures=(
                Picture(shape="bars", title="Extra years", quantities=tuple(i for i in ids if i.endswith(".years"))),
            ),
        ),
        Section(
            id="values",
            title="What positions are made of",
            rank=330,
            pictures=(
                Picture(shape="intervals", title="Value by term", table="values_by_term",
                        roles={"label": "term", "group": "actor"}),
            ),
            tables=("values_by_term",),
        ),
        Section(
            id="sensitivity",
            title="What the numbers hang on",
            rank=340,
            pictures=(
                Picture(shape="tornado", title="What moves the risk of war", table="tornado",
                        quantities=("relapse.5y",), roles={"label": "parameter", "quantity": "quantity"}),
            ),
            tables=("tornado",),
        ),
    )  # fmt: skip
    return Part(
        name="answers",
        key="answers-key",
        command="detente analyze valley",
        quantities=tuple(numbers),
        tables=tables,
        sections=sections,
        warnings=("reference rate of 'provoke' is near the tempo",),
        solution=Solution(certified=True, residual=3.1e-12, gap=2.2e-13, spectral_radius=0.83, equilibria_found=3),
    )


def record(draw: random.Random) -> Part:
    """The part of the record: sixty-four events and one that is marked, eighteen commitments, reactions, sources."""
    events = [
        Happening(
            id=f"E{n:03d}",
            date=f"{1992 + n // 3}-{1 + (5 * n) % 12:02d}-{1 + (7 * n) % 28:02d}",
            type=kind,
            actors=("north", "south"),
            text=text,
            certainty="high",
            sources=("S1", "S2"),
            weight=float(n % 7),
            rests_on=(Ref(kind="event", id=f"E{n:03d}"), Ref(kind="source", id="S1"), Ref(kind="source", id="S2")),
        )
        for n in range(64)
        for kind, text in [EVENTS[(n * 5 + n // 8) % len(EVENTS)]]
    ]
    events.append(
        Happening(
            id="E1999_SECRET",
            date="1999-05-05",
            type="talks",
            actors=("empire",),
            text="Blue Orchid memorandum handed over",
            certainty="low",
            sources=("S_ORCHID",),
            rests_on=(Ref(kind="event", id="E1999_SECRET"), Ref(kind="source", id="S_ORCHID")),
            confidential=True,
        )
    )
    bars = tuple(
        Bar(
            commitment=f"protocol.item{n}",
            instrument=f"Protocol of {1992 + n}",
            who=(draw.choice(("north", "south", "mediators")),),
            to=("valley",),
            what=f"withdraw or report, item {n}",
            by=f"{1993 + n}-06-30",
            statuses={"record": draw.choice(("fulfilled", "violated")), "north": draw.choice(("late", "violated"))},
            state=("forgotten", "open", "performed", "overdue")[n % 4],
            asleep=n % 4 == 0,
            made=f"{1992 + n}-05-12",
            touched=f"{1993 + n}-02-03",
            how="breached",
            end="2011-08-05",
            slept_years=float(17 - n),
            touches=(Touched(date=f"{1993 + n}-02-03", how="breached"),),
            sources=("S1",),
            rests_on=(Ref(kind="commitment", id=f"protocol.item{n}"), Ref(kind="event", id="E003")),
        )
        for n in range(18)
    )
    share = dict.fromkeys(("share", "low", "high"), "share")
    tables = {
        "response": Table(
            title="Reactions to violations",
            columns=("mediator", "violations", "reactions", "share", "low", "high"),
            rows=(("mediators", 17, 9, 0.53, 0.31, 0.74),),
            units=share,
            rests_on=((Ref(kind="response", id="R1"),),),
            confidential=(False,),
        ),
        "sources": Table(
            title="Sources",
            columns=("id", "title"),
            rows=(("S1", "Report One"), ("S2", "Report Two"), ("S_ORCHID", "Blue Orchid memorandum")),
            rests_on=tuple((Ref(kind="source", id=id),) for id in ("S1", "S2", "S_ORCHID")),
            confidential=(False, False, True),
        ),
    }
    section = Section(id="responses", title="Who spoke after violations", rank=80, tables=("response",))
    return Part(
        name="record",
        key="record-key",
        command="detente analyze valley",
        timeline=Timeline(day="2011-08-05", events=tuple(sorted(events, key=lambda e: (e.date, e.id)))),
        ledger=Ledger(day="2011-08-05", bars=bars),
        tables=tables,
        sections=(section,),
    )


def claims() -> Part:
    """Three claims: one about intent, one that a number speaks to, one that is marked."""
    test = ClaimTest(
        kind="quantity",
        id="relapse.5y",
        words="Chance that war resumes within 5 years is 0.2; tested: above 0.1",
        outcome="holds",
        low=0.1,
        mid=0.2,
        high=0.3,
        relation="above",
        threshold=0.1,
        draws=100,
        would_change="'relapse.5y' no longer above 0.1",
    )
    found = (
        Claim(
            id="C1",
            claim="The chairs wanted to prolong the process.",
            by="a commentary",
            kind="intent",
            verdict="outside the model",
            why="is about intent, which behaviour does not show",
            why_none="is about intent, which behaviour does not show",
            others=("differs: the chairs: we sought peace",),
            record=(Ref(kind="event", id="E003"), Ref(kind="event", id="E005")),
        ),
        Claim(
            id="C2",
            claim="Resumed war would be worst for the losers.",
            by="a commentary",
            kind="predictive",
            verdict="supported",
            tests=(test,),
            rests_on=(Ref(kind="quantity", id="relapse.5y"),),
            would_change=test.would_change,
        ),
        Claim(
            id="C3",
            claim="The envoy named a price.",
            by="an envoy",
            kind="factual",
            verdict="the record cannot tell",
            why_none="no rule ties it to an answer or a query",
            record=(Ref(kind="event", id="E1999_SECRET"),),
            confidential=True,
        ),
    )
    return Part(name="claims", key="claims-key", command="detente analyze valley", claims=found)


def accounts(**changes) -> Accounts:
    """What a study of two accounts found."""
    base = {
        "accounts": (
            AccountResult(id="mediators_prolong", log_evidence=-412.5, error=0.4, ess=412, prior_ess=2, refused=False),
            AccountResult(id="honest_brokers", log_evidence=-413.1, error=0.5, ess=390, prior_ess=2, refused=False),
        ),
        "design_check": DesignCheck(records_per_account=200, long_enough=False, accounts=()),
        "baselines": BackTest(
            words="the model predicts better than climatology",
            until="2001-01-01",
            score=("2001-01-02", "2011-08-05"),
            marks=120,
            model_log_score=-10.0,
            baselines={"climatology": -12.0},
            best="the model",
            ess=80.0,
            war=WarForecast(model=0.2, climatology=0.3, happened=0),
        ),
        "verdict": "the record cannot tell",
        "favoured": None,
        "conditions": (),
        "marks": 240,
        "discriminating_marks": 17,
        "solves": 900,
        "solves_without_equilibrium": 3,
        "bias_tolerance": BiasTolerance(events_to_turn_the_sign=2, of=9),
        "parameters": tuple(
            ParameterFit(name=name, overlap=0.9, low=0.1, mid=0.2, high=0.3, assumption_not_record=True)
            for name in PARAMETERS
        ),
        "notes": ("Reference classes chosen before looking at the answers.",),
    }
    return Accounts(**{**base, **changes})


def evidence() -> Part:
    """The part of the accounts, with a table of its own."""
    table = Table(
        title="Accounts: what the record says of each",
        columns=("account", "decibans behind the first"),
        rows=(("mediators_prolong", 0.0), ("honest_brokers", 2.6)),
    )
    return Part(
        name="accounts",
        key="accounts-key",
        command="detente accounts valley",
        tables={"evidence_accounts": table},
        accounts=accounts(),
    )


def combination(id: str, holds: float, gain: float) -> Combination:
    """One package with a guarantee."""
    spread = Spread(low=holds - 0.05, mid=holds, high=holds + 0.03, at_share=holds - 0.04)
    binding = Binding(id="gain.north", words="Northland gains", fails_in_share_of_draws=0.08, margin=0.1)
    return Combination(
        id=id,
        package="phased",
        terms=("Phased terms (share 0.3)", "a guarantee of 3.2"),
        levers={"guarantee": 3.2},
        durability=spread,
        cost=0.4,
        paid_by={"south": 0.4},
        payers=("Southland",),
        least_gain=LeastGain(who="Northland", low=gain - 0.3, mid=gain, high=gain + 0.4, at_share=gain - 0.2),
        gains={},
        share_of_draws=0.92,
        constraints=(Constraint(id="a", words="w", holds_in_share_of_draws=0.9, margin=1.0),),
        binding=binding,
        relaxation=Relaxation(
            words=("nothing needs to be relaxed",),
            so_that_it_holds_in="all draws",
            payer=None,
            payments={},
            prices={},
            risk=None,
            price=None,
            solved_again=False,
            then_holds_in_share_of_draws=None,
            works=None,
        ),
        fails_when=(
            FailsWhen(parameter="war_cost_north", words="war cost is low", strength=0.4, beyond_chance=True),
            FailsWhen(parameter="secret_price", words="Secret price is high", strength=0.3, beyond_chance=True),
        ),
        if_leaves=(
            IfLeaves(guarantor="league", holds=False, share_of_draws=0.3, fails=(), words="if the League leaves, no"),
        ),
    )


def settlement() -> Part:
    """One combination that holds and one that comes near."""
    found = Settlement(
        finding="1 combination satisfies it; none of them is the best.",
        limits=Limits(risk=0.05, within=10, share=0.9),
        signatories=("Northland", "Southland"),
        can_block={"The Eastern Power": "by arms"},
        packages=(combination("P1", 0.95, 0.2),),
        near=(combination("N1", 0.7, -0.1),),
        search=Search(settings=12, solved=8, draws=40, exhaustive=True, words="12 settings looked at", resolution=0.01),
        notes=("A spread, not a confidence interval.",),
    )
    table = Table(
        title="What would hold",
        columns=("id", "terms", "no_war", "least_gain", "share_of_draws"),
        rows=(("P1", "Phased", 0.95, 0.2, 0.92), ("N1", "Other", 0.7, -0.1, 0.4)),
        units={"no_war": "probability of no war within 10 years, median"},
    )
    return Part(
        name="settlement",
        key="settlement-key",
        command="detente settle valley",
        tables={"frontier": table},
        settlement=found,
    )


def outlook() -> Part:
    """What past cases say."""
    shares = dict.fromkeys(("relapse_5y", "low", "high"), "share")
    table = Table(
        title="Relapse after ceasefires",
        columns=("class", "n", "relapse_5y", "low", "high"),
        rows=(("all ceasefires", 112, 0.38, 0.29, 0.47), ("with peacekeepers", 41, 0.21, 0.1, 0.36)),
        units=shares,
        note="Invented for tests.",
    )
    rate = Quantity(
        id="base_rate.5y",
        question="base_rate",
        family="base_rate",
        detail="5y",
        label="Base rate: active again within 5 years",
        unit="probability",
        low=0.29,
        mid=0.38,
        high=0.47,
    )
    return Part(
        name="outlook",
        key="outlook-key",
        command="detente analyze valley",
        quantities=(rate,),
        tables={"base_rates_classes": table},
        outlook=Outlook(base_rates=("Reference classes chosen before looking at the answers.",)),
    )


def assumptions() -> tuple[Assumption, ...]:
    """Five public assumptions and a confidential one."""
    made = [
        Assumption(
            name=name,
            label=name.replace("_", " ").capitalize(),
            unit="value/year",
            low=0.2 * (n + 1),
            mid=0.5 * (n + 1),
            high=0.8 * (n + 1),
            why=f"Reason number {n} for this range, given in a sentence or two so that a sceptic may object to it.",
            basis="judgement" if n % 2 else "sources",
            sources=("S1",) if n % 2 == 0 else (),
            contested="Southland says that it is lower" if n == 2 else "",
            contested_by=("C1",) if n == 2 else (),
        )
        for n, name in enumerate(PARAMETERS[:-1])
    ]
    made.append(
        Assumption(
            name="secret_price",
            label="Secret price",
            unit="value",
            low=7.0,
            mid=7.5,
            high=8.0,
            why="price named in confidence by the envoy",
            basis="sources",
            sources=("S_ORCHID",),
            confidential=True,
        )
    )
    return tuple(made)


def empty_run(**more) -> Run:
    """A run to which nothing was added."""
    base = {
        "version": "0", "case": "c", "title": "T", "date": "2000-01-01", "seed": 0, "draws": 1,
        "command": "detente analyze c", "inputs": {}, "model": {},
    }  # fmt: skip
    return Run(**{**base, **more})


def make_run(seed: int = 7, without: tuple[str, ...] = ()) -> Run:
    """A run with every part, or without some of them."""
    draw = random.Random(seed)
    run = Run(
        version="0.1.0",
        case="valley",
        title="The Contact Group process over the Valley",
        date="2011-08-05",
        seed=seed,
        draws=100,
        command=f"detente analyze valley --date 2011-08-05 --draws 100 --seed {seed}",
        inputs={"case.yaml": "a" * 64, "record/events.csv": "b" * 64},
        model={"states": 1234, "players": 6},
        situation={"phase": "interim", "control": "district_and_corridor", "process": "dormant", "tension": "tense"},
        actors=ACTORS,
        assumptions=assumptions(),
        marked=MARKED,
    )
    for part in (answers(draw), record(draw), claims(), evidence(), settlement(), outlook()):
        run = run if part.name in without else run.add(part)
    return run
