# ruff: noqa: E501, PLC0207, PLC0206
"""A run with every section, made from a seed: invented numbers about invented places, for tests of dossier and export."""

import math
import random

from detente.run import Assumption, Quantity, Ref, Run, Solution, Table

ACTORS = {
    "north": "Northland (Norda)",
    "south": "Southland (Sudia)",
    "valley": "Valley authorities (the de facto authorities; “occupation administration” in Southland’s usage)",
    "mediators": "Chairs of the Contact Group, acting jointly",
    "empire": "The Eastern Power",
    "league": "The Western League",
}
SHORT = {"valley": "Valley authorities", "mediators": "Chairs of the Contact Group"}
PARAMETERS = ("war_cost_north", "war_cost_south", "process_rent", "guarantee_strength", "accident_rate", "secret_price")
SECRET_WORDS = ("Blue Orchid memorandum", "price named in confidence by the envoy", "secret_price", "E1999_SECRET")
EVENTS = (
    ("war_start", "War begins in the valley"), ("ceasefire", "Ceasefire signed in the border town"),
    ("clash", "Clash on the line of contact with several dead"), ("talks", "Meeting of foreign ministers"),
    ("statement", "Chairs call for restraint"), ("text", "A text of basic principles is tabled"),
    ("clash", "Shelling of border villages"), ("talks", "Summit without a joint statement"),
)  # fmt: skip


def quantity(draw: random.Random, id: str, label: str, unit: str, low: float, high: float, **more) -> Quantity:
    width = high - low
    mid = low + width * draw.uniform(0.35, 0.65)
    parts = (mid - width * draw.uniform(0.15, 0.3), mid, mid + width * draw.uniform(0.15, 0.4))
    share = 1.0 if parts[0] * parts[2] > 0 else round(draw.uniform(0.5, 0.95), 2)
    defaults = {
        "question": id.split(".")[0],
        "sign_share": share,
        "assumptions": tuple(draw.sample(PARAMETERS[:-1], 3)),
        "rests_on": (Ref(kind="event", id=f"E{draw.randint(0, 7):03d}"),),
    }
    family, _, rest = id.partition(".")
    package = rest.partition(".")[2] if family == "gain_from_settling" else ""
    return Quantity(
        id=id,
        family=family,
        package=package or None,
        label=label,
        unit=unit,
        low=parts[0],
        mid=parts[1],
        high=parts[2],
        **{**defaults, **more},
    )


def curve(draw: random.Random, title: str, speed: float) -> Table:
    rows = []
    for n in range(41):
        years = n / 2
        low, mid, high = (1 - math.exp(-speed * k * years) for k in (0.5, 1.0, 1.7))
        rows.append((years, low, mid, high))
    return Table(title=title, columns=("years", "low", "mid", "high"), rows=tuple(rows), units={"years": "years"})


def quantities(draw: random.Random) -> list[Quantity]:
    made = [
        quantity(
            draw,
            f"relapse.{y}y",
            f"Chance that war resumes within {y} year{'s' if y > 1 else ''}",
            "probability",
            0.02 * y,
            0.06 * y,
        )
        for y in (1, 2, 5, 10)
    ]
    made += [
        quantity(draw, f"peace.{y}y", f"Chance of a settlement within {y} years", "probability", 0.02 * y, 0.045 * y)
        for y in (5, 10, 20)
    ]
    made.append(
        quantity(draw, "peace_time.restricted", "Expected unsettled years among the next thirty", "years", 11, 26)
    )
    for actor in ACTORS:
        name = SHORT.get(actor, ACTORS[actor])
        made += [
            quantity(
                draw, f"gain_from_settling.{actor}", f"Gain of {name} from settling now", "value", -1.5, 4, actor=actor
            ),
            quantity(
                draw, f"delay.{actor}", f"Value of delay to {name}", "value*year per unit hazard", -9, 4, actor=actor
            ),
            quantity(
                draw,
                f"delay_per_time.{actor}",
                f"Value of delay to {name}, per unsettled year",
                "value/year",
                -0.9,
                0.4,
                actor=actor,
            ),
            quantity(draw, f"loss.{actor}", f"Expected loss of {name} from resumed war", "value", 0.1, 5, actor=actor),
            quantity(
                draw,
                f"loss_share.{actor}",
                f"Expected loss of {name}, share of own stake",
                "share",
                0.01,
                0.4,
                actor=actor,
            ),
            quantity(draw, f"trigger.{actor}", f"Share of relapses begun by {name}", "share", 0.0, 0.5, actor=actor),
        ]
    for mediator in ("mediators", "empire", "league"):
        name = SHORT.get(mediator, ACTORS[mediator])
        made.append(
            quantity(
                draw,
                f"prolongation.{mediator}.years",
                f"Extra unsettled years with {name}",
                "years",
                -0.5,
                3,
                actor=mediator,
            )
        )
        made.append(
            quantity(
                draw,
                f"prolongation.{mediator}.peace10",
                f"Change in the chance of peace by 10 years with {name}",
                "share",
                -0.2,
                0.1,
                actor=mediator,
                assumption_not_record=True,
            )
        )
    made.append(
        Quantity(
            id="spoilers.break_even",
            question="spoilers",
            label="Spoiler rate at which talks fail",
            unit="1/year",
            mid=0.4,
            reason_no_interval="solved at the middle of every range only",
            choice_value_decides=True,
            assumptions=("accident_rate",),
        )
    )
    made.append(
        quantity(
            draw,
            "secret.price",
            "Price of consent named in confidence",
            "value",
            7.1,
            7.9,
            actor="empire",
            assumptions=("secret_price",),
            confidential=True,
        )
    )
    return made


def tables(draw: random.Random) -> dict[str, Table]:
    terms = ("stake", "war", "isolation", "dividend", "choice value")
    by_term = tuple((actor, term, *sorted(draw.uniform(-4, 4) for _ in range(3))) for actor in ACTORS for term in terms)
    events = tuple(
        (
            f"E{n:03d}",
            f"{1992 + n // 3}-{1 + (5 * n) % 12:02d}-{1 + (7 * n) % 28:02d}",
            kind,
            "north, south",
            f"{text}",
            "high",
            "Report One; Report Two",
            False,
        )
        for n in range(64)
        for kind, text in [EVENTS[(n * 5 + n // 8) % len(EVENTS)]]
    )
    secret = (
        "E1999_SECRET",
        "1999-05-05",
        "talks",
        "empire",
        "Blue Orchid memorandum handed over",
        "low",
        "an envoy",
        True,
    )
    statuses = ("fulfilled", "violated", "lapsed", "contested", "partly_fulfilled", "pending")
    ledger = tuple(
        (
            f"L{n:02d}",
            f"Protocol of {1992 + n}",
            draw.choice(("north", "south", "mediators")),
            f"withdraw or report, item {n}",
            f"{1993 + n}-06-30",
            draw.choice(statuses),
            draw.choice(("fulfilled", "violated")),
            draw.choice(("fulfilled", "violated")),
        )
        for n in range(18)
    )
    tornado = tuple(
        (q, p, 0.2 - draw.uniform(0, 0.15), 0.2 + draw.uniform(0, 0.2))
        for q in ("relapse.5y", "peace.10y")
        for p in PARAMETERS
    )
    return {
        "risk_curve": curve(draw, "Chance that war has resumed", 0.05),
        "peace_curve": curve(draw, "Chance that a settlement has been reached", 0.04),
        "values_by_term": Table(title="Values by term", columns=("actor", "term", "low", "mid", "high"), rows=by_term),
        "timeline": Table(title="Timeline", columns=("id", "date", "type", "actors", "text", "certainty", "sources", "confidential"), rows=(*events, secret)),
        "ledger": Table(title="Ledger of commitments", columns=("id", "instrument", "who", "what", "by", "status", "as_north_sees_it", "as_south_sees_it"), rows=ledger),
        "forgotten": Table(title="Forgotten", columns=("instrument", "what", "silent_since"), rows=(("Conference of 1992", "convene the conference", "1997"),)),
        "response": Table(title="Reactions to violations", columns=("who", "violations", "reactions", "share", "low", "high"), rows=(("mediators", 17, 9, 0.53, 0.31, 0.74),), units={"share": "share", "low": "share", "high": "share"}),
        "tornado": Table(title="Sensitivities", columns=("quantity", "parameter", "low", "high"), rows=tornado),
        "baselines": Table(title="Baselines", columns=("forecast", "log_score", "better"), rows=(("model", -1.31, None), ("per-state frequencies", -1.36, False), ("climatology", -1.52, False))),
        "outside_classes": Table(title="Relapse after ceasefires", columns=("class", "n", "relapse_5y", "low", "high"), rows=(("all ceasefires", 112, 0.38, 0.29, 0.47), ("with peacekeepers", 41, 0.21, 0.1, 0.36)), units={"relapse_5y": "share", "low": "share", "high": "share"}, note="Invented for tests."),
        "weather": Table(title="An unforeseen table", columns=("thing", "amount"), rows=(("rain", 3.25), ("sun", 12))),
    }  # fmt: skip


def assumptions() -> tuple[Assumption, ...]:
    made = [
        Assumption(name=name, label=name.replace("_", " ").capitalize(), unit="value/year", low=0.2 * (n + 1), mid=0.5 * (n + 1), high=0.8 * (n + 1), why=f"Reason number {n} for this range, given in a sentence or two so that a sceptic may object to it.", basis="judgement" if n % 2 else "sources", sources=("Report One",) if n % 2 == 0 else (), contested="Southland says that it is lower" if n == 2 else "")
        for n, name in enumerate(PARAMETERS[:-1])
    ]  # fmt: skip
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
            sources=("Blue Orchid memorandum",),
            confidential=True,
        )
    )
    return tuple(made)


def make_run(seed: int = 7) -> Run:
    """A run with all sections."""
    draw = random.Random(seed)
    return Run(
        version="0.1.0",
        case="valley",
        title="The Contact Group process over the Valley",
        date="2011-08-05",
        seed=seed,
        draws=100,
        command=f"detente analyze valley --date 2011-08-05 --draws 100 --seed {seed}",
        inputs={"case.yaml": "a" * 64, "record/events.csv": "b" * 64},
        model={"states": 1234, "players": 6},
        solution=Solution(certified=True, residual=3.1e-12, gap=2.2e-13, spectral_radius=0.83, equilibria_found=3),
        situation={"phase": "interim", "control": "district_and_corridor", "process": "dormant", "tension": "tense"},
        actors=ACTORS,
        quantities=tuple(quantities(draw)),
        tables=tables(draw),
        assumptions=assumptions(),
        claims=(
            {"id": "C1", "claim": "The chairs wanted to prolong the process.", "by": "a commentary", "kind": "intent", "verdict": "the record cannot tell", "reason": "simulated histories show error rates above the bound", "others": ["the chairs: we sought peace"], "record": ["E003", "E005"], "quantities": ["prolongation.mediators.years"]},
            {"id": "C2", "claim": "Resumed war would be worst for the losers.", "by": "a commentary", "kind": "predictive", "verdict": "mixed", "reason": "holds for two of three", "others": [], "record": []},
            {"id": "C3", "claim": "The envoy named a price.", "by": "an envoy", "verdict": "supported", "record": ["E1999_SECRET"], "confidential": True},
        ),
        accounts={"verdict": "the record cannot tell", "hash": "c" * 64, "accounts": [{"name": "mediators_prolong", "weight": 0.55, "effective_sample_size": 412}, {"name": "honest_brokers", "weight": 0.45, "effective_sample_size": 390}], "design_check": {"records": 200, "wrong_sign_share": 0.28, "threshold_decibans": 14.5}},
        settlement={"found": True, "best": {"package": "phased", "guarantee": 3.2, "payer": "league"}, "binding": ["north gains least"]},
        outside={"note": "Reference classes chosen before looking at the answers."},
        warnings=("reference rate of 'provoke' is near the tempo",),
    )  # fmt: skip
