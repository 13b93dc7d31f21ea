"""Second opinions on the model of choice: the headline numbers of some draws, each solved again under two others.

How private reasons enter is a convention (docs/engine.md). Numbers that another convention moves by more than a third
depend on it, and say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from detente.answers.frame import Frame
from detente.answers.names import NumberSpec
from detente.answers.question import Question
from detente.answers.results import RANGE_DRAWS, Results, few_draws, spread
from detente.case import Case
from detente.evidence.posterior import effective_draws
from detente.game import Family, Game
from detente.run import OtherModel, Picture, Ref, SecondOpinion, Section, Table
from detente.words.numbers import is_share, listed, value_text

Model = Literal["uncounted", "ceiling"]
MODELS: tuple[Model, ...] = get_args(Model)
NAMES: Mapping[Model, str] = {
    "uncounted": "private reasons not counted in values",
    "ceiling": "a ceiling on acts four times as high",
}
OWN = "as in the case"
HIGHER = 4.0  # times the ceiling on rates
EVERY = 4  # one draw in four is solved again, the first ones
EQUAL = 1e-9  # difference of weights that is rounding
MOVED = 1 / 3  # share of a number from which another model of choice is said to matter
TITLE = "Does it depend on how choice is modelled?"
RANK = 560  # after the questions about the model


def game_under(game: Game, model: Model) -> Game:
    """The same game under another model of choice."""
    if model == "uncounted":
        return replace(game, shocks="uncounted")
    return replace(game, ceiling=HIGHER * game.ceiling)


def family_under(family: Family, model: Model) -> Family:
    """The same family of games under another model of choice."""
    return replace(family, build=lambda parameters: game_under(family.build(parameters), model))


def again(case: Case, draws: int) -> int:
    """How many of the draws are solved again: none where the case's own model is kept for replication only."""
    return min(draws, max(RANGE_DRAWS, draws // EVERY)) if case.play.shocks == "occasions" else 0


def asked_again(questions: Sequence[Question], frame: Frame) -> tuple[str, ...]:
    """Questions with headline numbers that need one solution."""
    return tuple(q.id for q in questions if q.most_draws is None and any(s.headline for s in q.given(frame)))


def weights_of(own: Sequence[float | None], other: Sequence[float | None]) -> np.ndarray:
    """(draws,) weights that make draws fitted under the case's own model draws under another; equal without a fit.

    Args:
        own: log-likelihood of the record in each draw, nats, under the case's own model; None where there is no fit.
        other: the same under the other.
    """
    gaps = np.array([b - a if a is not None and b is not None else 0.0 for a, b in zip(own, other, strict=True)])
    highest = gaps.max()
    weights = np.exp(gaps - highest) if np.isfinite(highest) else np.ones(len(gaps))
    return weights / weights.sum()


def other_model(
    own: Results,
    others: Mapping[Model, Results],
    weights: Mapping[Model, np.ndarray],
    specs: Mapping[str, NumberSpec],
) -> OtherModel:
    """The headline numbers under other models of choice.

    Args:
        own: the draws that were solved again, under the case's own model.
        others: the same draws, row by row, under each other model.
        weights: (draws,) of each other model, see `weights_of`.
        specs: what the numbers are, by id.
    """
    opinions = [
        found
        for id, spec in specs.items()
        if spec.headline and id in own.numbers
        for model, results in others.items()
        if id in results.numbers
        and (found := _opinion(spec, model, own.numbers[id], results.numbers[id], weights[model])) is not None
    ]
    return OtherModel(opinions=tuple(opinions))


def _opinion(
    spec: NumberSpec, model: Model, own: np.ndarray, other: np.ndarray, weights: np.ndarray
) -> SecondOpinion | None:
    """Weighted where the weights leave enough draws for a range, else on the draws as they are."""
    both = np.isfinite(own) & np.isfinite(other)
    draws = int(both.sum())
    if draws == 0:
        return None
    ess = effective_draws(weights[both])
    weight = weights[both] / weights[both].sum() if ess >= min(draws, RANGE_DRAWS) else np.full(draws, 1 / draws)
    (before, here, after), (low, mid, high) = (weighted_spread(v[both], w) for v, w in ((own, None), (other, weight)))
    signs = float(weight[np.sign(other[both]) == np.sign(here)].sum()) if spec.signed and here != 0 else None
    return SecondOpinion(
        quantity=spec.key.id, label=spec.label, unit=spec.unit, model=model, own=(before, here, after),
        low=low, mid=mid, high=high, sign_share=signs, draws=draws, ess=ess,
        moves=_distance(mid, here) > MOVED,
    )  # fmt: skip


def weighted_spread(values: np.ndarray, weights: np.ndarray | None = None) -> tuple[float, float, float]:
    """5th, 50th and 95th percentile of draws, (draws,); of few draws, smallest, middle and largest.

    Args:
        values: of the draws.
        weights: (draws,) that sum to 1; equal ones, or None, give the percentiles of plain draws.
    """
    if weights is None or np.ptp(weights) < EQUAL:
        plain = spread(values[:, None])
        return float(plain.low[0]), float(plain.mid[0]), float(plain.high[0])
    order = np.argsort(values, kind="stable")
    places = np.cumsum(weights[order]) - 0.5 * weights[order]
    steps = (0.05, 0.5, 0.95) if len(values) >= RANGE_DRAWS else (0.0, 0.5, 1.0)
    low, mid, high = (float(v) for v in np.interp(steps, places, values[order]))
    return low, mid, high


def _distance(other: float, own: float) -> float:
    """How far a number is from that under the case's own model, as a share of the latter."""
    if other == own:
        return 0.0
    return abs(other - own) / abs(own) if own else np.inf


def tables_of(found: OtherModel) -> dict[str, Table]:
    """The opinions as tables: chances, and what has other units."""
    chances = [o for o in found.opinions if is_share(o.unit)]
    others = [o for o in found.opinions if not is_share(o.unit)]
    parts = {"other_model_chances": chances, "other_model_values": others}
    return {name: _table(part) for name, part in parts.items() if part}


def _table(opinions: Sequence[SecondOpinion]) -> Table:
    rows: list[tuple[str, str, str, float, float, float]] = []
    for id in dict.fromkeys(o.quantity for o in opinions):
        same = [o for o in opinions if o.quantity == id]
        rows.append((id, same[0].label, OWN, *same[0].own))
        rows += [(id, o.label, NAMES[o.model], o.low, o.mid, o.high) for o in same]
    draws, least = max(o.draws for o in opinions), min(o.draws for o in opinions)
    note = f"On {draws} draw{'s' * (draws != 1)}, each solved under the case's own model and the others."
    few = " ".join(words for words in (few_draws(least), _weighed(opinions)) if words)
    return Table(
        title=TITLE,
        columns=("quantity", "label", "model", "low", "mid", "high"),
        rows=tuple(rows),
        note=f"{note} {few}".strip(),
        rests_on=tuple((Ref(kind="quantity", id=row[0]),) for row in rows),
    )


def _weighed(opinions: Sequence[SecondOpinion]) -> str:
    """That draws of a fit were weighed, or could not be; nothing where there was none."""
    if all(o.ess >= o.draws - EQUAL for o in opinions):
        return ""
    worth: dict[Model, float] = {}
    for o in opinions:
        worth[o.model] = min(o.ess, worth.get(o.model, np.inf))
    told = listed(f"{ess:.0f} draws with {NAMES[model]}" for model, ess in worth.items())
    return (
        f"They were fitted under the case's own model; weighed by how likely the record is under each other one, they "
        f"are worth {told}. Under {RANGE_DRAWS}, they stand as they are."
    )


def section_of(found: OtherModel, tables: Mapping[str, Table]) -> Section:
    """What is said about it on the page."""
    furthest = max(found.opinions, key=lambda o: _distance(o.mid, o.own[1]))
    signed = furthest.sign_share is not None
    here, there = (value_text(value, furthest.unit, signed) for value in (furthest.own[1], furthest.mid))
    most = f"{furthest.label}: {there} instead of {here} with {NAMES[furthest.model]}."
    count = len({o.quantity for o in found.opinions})
    finding = (
        f"{len(found.depends)} of {count} headline numbers depend on the model of choice. {most}"
        if found.depends
        else f"Under another model of choice, no headline number moves by more than a third. The furthest is {most}"
    )
    pictures = tuple(
        Picture(
            shape="intervals",
            title="The same number under each model of choice",
            table=name,
            roles={"label": "model", "group": "label"},
            percent=name == "other_model_chances",
            quantities=tuple(dict.fromkeys(str(id) for id in table.column("quantity"))),
        )
        for name, table in tables.items()
    )
    return Section(
        id="other_model",
        title=TITLE,
        rank=RANK,
        finding=finding,
        quantities=tuple(dict.fromkeys(o.quantity for o in found.opinions)),
        pictures=pictures,
        tables=tuple(tables),
    )
