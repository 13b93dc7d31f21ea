"""How dangerous must waiting be before delay stops paying? The added war hazard at which the value of delay turns."""

import numpy as np

from detente.answers.delaying import HAZARDS, DelayCurve, break_even
from detente.answers.frame import Frame
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.question import NAN, Answered, Question, Reply, text_of
from detente.answers.results import Results
from detente.answers.settling import settled_already
from detente.answers.solved import SolvedGame
from detente.answers.tabling import BAND, told_table
from detente.answers.witnesses import TERMS, Entries, Witnesses
from detente.run import Cell, Picture, Quantity, Table
from detente.words.numbers import listed

FAMILY = "break_even"
COUNT = "break_even_count"
HELD = "held"
CURVE = "delay_by_hazard"
UNIT = "value*year per unit hazard"
MOST_NAMES = 4  # actors named in the finding


class BreakEven(Question):
    """The added war hazard at which delay stops paying (or starts to), strategies solved again and held."""

    id = "break_even"
    title = "How dangerous must waiting be before delay stops paying?"
    rank = 510
    most_draws = 4

    def missing(self, frame: Frame) -> str:
        return settled_already(frame)

    def numbers(self, frame: Frame) -> tuple[NumberSpec, ...]:
        specs = []
        for k in frame.settled:
            for p in frame.players:
                name, package = f"{frame.name(p)}{frame.under(k)}", frame.named(k)
                label = f"Added war hazard at which delay turns for {name}, where it does"
                count = f"Hazards up to {HAZARDS[-1]:g} a year at which delay turns for {name}"
                for key, words, unit in (
                    (Key(FAMILY, p, package), label, "1/year"),
                    (Key(FAMILY, p, package, HELD), f"{label} (strategies held)", "1/year"),
                    (Key(COUNT, p, package), count, "count"),
                ):
                    specs.append(NumberSpec(key, words, unit, signed=False, assumption_not_record=True))
        return tuple(specs)

    def ask(self, solved: SolvedGame) -> Reply:
        reply, frame, curve = Reply(), solved.frame, DelayCurve(solved)
        for k in frame.settled:
            known = np.array([curve.at(h, k) for h in HAZARDS])  # (hazards, players)
            for i, p in enumerate(frame.players):
                package = frame.named(k)
                turns, held = break_even(curve, i, k), break_even(curve, i, k, held=True)
                reply.numbers[Key(FAMILY, p, package)] = turns[0] if turns else NAN
                reply.numbers[Key(FAMILY, p, package, HELD)] = held[0] if held else NAN
                reply.numbers[Key(COUNT, p, package)] = float(len(turns)) if np.isfinite(turns).all() else NAN
                reply.curves[Curve(CURVE, actor=p, package=k)] = known[:, i].tolist()
        return reply

    def tables(self, frame: Frame, results: Results) -> dict[str, Table]:
        curves = results.named(CURVE)
        rows: list[tuple[tuple[Cell, ...], tuple[Key, ...]]] = []
        for curve in curves:
            found = results.spread(curve)
            package = frame.named(curve.package)
            keys = (*(Key(f, curve.actor, package) for f in ("delay", "delay_per_time", FAMILY, COUNT)),)
            rows += [((curve.actor, curve.package, h, *found.cells(n)), keys) for n, h in enumerate(HAZARDS)]
        draws = max((results.spread(curve).draws for curve in curves), default=0)
        return {
            CURVE: told_table(
                "Value of delay against an added hazard of war, strategies solved again",
                ("actor", "package", "added_hazard", *BAND),
                rows,
                UNIT,
                results.note(curves) or f"From {draws} draws.",
                units={"added_hazard": "1/year"},
            )
        }

    def entries(self, frame: Frame, key: Key, witnesses: Witnesses) -> Entries:
        return witnesses.of_types(TERMS, key.actor)

    def finding(self, answered: Answered) -> str:
        package = answered.frame.named(answered.frame.package)
        turning: list[Quantity] = [q for q in answered.family(FAMILY) if q.package == package and q.detail != HELD]
        if not turning:
            return f"In no draw is there an added hazard of war up to {HAZARDS[-1]:g} a year at which delay turns."
        each = [f"{answered.name(q)}: {text_of(q)}" for q in turning]
        return f"Delay turns at an added hazard of war, where it turns at all, for {listed(each, MOST_NAMES)}."

    def pictures(self, answered: Answered) -> tuple[Picture, ...]:
        if len(answered.frame.settled) > 1:
            return ()  # curves of several packages would lie on each other; the table tells them apart
        roles = {"x": "added_hazard", "low": "low", "mid": "mid", "high": "high", "kind": "actor"}
        return (Picture(shape="band", title=self.title, table=CURVE, roles=roles, unit=UNIT),)


QUESTION = BreakEven()
