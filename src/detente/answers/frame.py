"""The frame of a case and date: states by role, names, and what the case binds under `questions:`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from detente.answers.model import Frame
from detente.errors import OptionError, suggest


def frame_of(template: Any, situation: str | Mapping[str, str], package: str | None = None) -> Frame:
    """The frame of a compiled case from a date.

    Args:
        template: `compile_case(case)`.
        situation: date of a situation, or values by state variable.
        package: only this package.

    Raises:
        OptionError: unknown date or package.
    """
    case = template.case
    if isinstance(situation, str) and situation not in case.situations:
        hint = suggest(situation, case.situations)
        raise OptionError.of(f"no situation for {situation}", f"one of {', '.join(case.situations)}", hint)
    names = list(case.outcomes.settle)
    if package is not None:
        if package not in names:
            raise OptionError.of(f"unknown package '{package}'", f"one of {', '.join(names)}", suggest(package, names))
        names = [package]
    bindings = case.questions.bindings()
    values = case.situations[situation] if isinstance(situation, str) else situation
    return Frame(
        start=int(template.state(situation)),
        date=situation if isinstance(situation, str) else "",
        players=tuple(template.players),
        peace=np.asarray(template.mask(case.outcomes.peace)),
        war=np.asarray(template.mask(case.outcomes.war)),
        settled={name: np.asarray(template.settled(name)) for name in names},
        kinds={name: actor.kind for name, actor in case.actors.items()},
        also={name: ", ".join(actor.also) for name, actor in case.actors.items()},
        labels={name: actor.label for name, actor in case.actors.items()},
        bindings=bindings,
        masks={"provoked": np.asarray(template.mask(bindings["provoked"]))} if "provoked" in bindings else {},
        points=_points(template, bindings, values),
    )


def _points(template: Any, bindings: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, int]:
    """States at which actors decide whether to join; those out of reach from this date are left out."""
    points: dict[str, int] = {}
    for actor, entry in (bindings.get("joining") or {}).items():
        try:
            points[f"joining.{actor}"] = int(template.state({**values, **entry.get("at", {})}))
        except OptionError:
            continue
    return points
