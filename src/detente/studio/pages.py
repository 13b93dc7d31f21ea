"""The views as pages: what each needs to know, from case, record, kept results and the link that was followed."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from detente.errors import OptionError
from detente.files.whole import write_text
from detente.report.charts.theme import DASHES, INK, MUTED, RULE, SERIES
from detente.studio.app import Studio, html, redirect, told
from detente.studio.controls import controls_of, groups_of
from detente.studio.drafts import Draft, read_drafts
from detente.studio.opened import CaseNow
from detente.studio.results import kept_part, kept_study
from detente.studio.view import View, from_query, situation
from detente.words.strings import catalogue, string

if TYPE_CHECKING:
    from detente.case import Case, Parameter, Scenario
    from detente.run.settlement import Combination

ORDER = ("situation", "actors", "record", "risk", "accounts", "hold", "claims", "compare")
VISIT = 5  # steps of the guided visit
VISIT_VIEWS = ("situation", "record", "actors", "risk", "compare")


def home(studio: Studio, request: Request) -> Response:
    """Where the newest draft was left, else the situation; the first time on Minsk with the guided visit."""
    now = studio.opened.now()
    for draft in read_drafts(studio.opened.work_folder)[0]:
        try:
            view = from_query(parse_qsl(draft.query), now.case, now.scenarios)
        except OptionError:  # the case changed under the draft: it stays in its file
            continue
        return redirect(f"/situation?{view.query()}")
    seen = (studio.opened.work_folder / "visited").exists()
    more = {"visit": "1"} if now.case.name == "minsk" and not seen else {}
    return redirect(f"/situation?{View(now.case.as_of).query(**more)}")


def frame(studio: Studio, request: Request, name: str, **more: Any) -> dict[str, Any]:
    """What every page needs."""
    now = studio.opened.now()
    scenarios = now.scenarios
    view = from_query(request.query_params.multi_items(), now.case, scenarios)
    case_now = now.case_with(view.scenario)
    visit = _visit(studio, request)
    drafts, problems = read_drafts(studio.opened.work_folder)
    return {
        "name": name,
        "now": now,
        "case": now.case,
        "case_now": case_now,
        "view": view,
        "query": view.query(),
        "order": ORDER,
        "scenarios": scenarios,
        "dates": list(case_now.situations),
        "situation": situation(view, case_now),
        "visit": visit,
        "visit_view": VISIT_VIEWS[visit - 1] if visit else "",
        "visit_views": VISIT_VIEWS,
        "problems": [*told(now.scenario_problems), *({"where": "", "what": words} for words in problems)],
        "page": json.dumps(page_data(now, view, case_now, name, drafts), ensure_ascii=False),
        **more,
    }


def _visit(studio: Studio, request: Request) -> int:
    text = request.query_params.get("visit", "")
    if text == "done":
        write_text(studio.opened.work_folder / "visited", "the guided visit was seen or put away\n")
        return 0
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= VISIT else 0


def page_data(now: CaseNow, view: View, case: "Case", name: str, drafts: Sequence[Draft]) -> dict[str, Any]:
    """What the script of a page reads."""
    words = {k.removeprefix("studio.js_"): v for k, v in catalogue().items() if k.startswith("studio.js_")}
    return {
        "name": name,
        "content": now.content,
        "view": view.data(),
        "defaults": case.defaults(),
        "labels": {n: parameter_label(p) for n, p in now.case.parameters.items()},
        "situation": dict(case.situations[view.date]),
        "actors": {p: short(now.case, p) for p in case.players},
        "packages": list(case.outcomes.settle),
        "draft": drafts[0].data() if drafts else None,
        "drafts": [{"tab": d.tab, "query": d.query, "time": round(1000 * d.time)} for d in drafts],
        "words": words,
        "theme": {"series": SERIES, "dashes": DASHES, "ink": INK, "muted": MUTED, "rule": RULE},
    }


def short(case: "Case", actor: str) -> str:
    """An actor's label up to its first bracket or comma."""
    return re.split(r"\s*[(,;]", case.actors[actor].label)[0]


def parameter_label(parameter: "Parameter") -> str:
    """An assumption's label, or its name in words."""
    return parameter.label or parameter.name.replace("_", " ").replace(".", ": ")


def show_situation(studio: Studio, request: Request) -> Response:
    """Where things stand, what can happen next, the map."""
    context = frame(studio, request, "situation")
    rows = request.query_params.get("rows", "")
    case = context["case_now"]
    across = next((n for n in case.states if n in case.outcomes.peace.variables), next(iter(case.states)))
    choices = [n for n in case.states if n != across]
    fallback = "process" if "process" in choices else choices[0] if choices else across
    context |= {"row_choices": choices, "rows": rows if rows in choices else fallback}
    return html(studio.render("situation.html.j2", context))


def show_actors(studio: Studio, request: Request) -> Response:
    """Who wants what, with sliders."""
    context = frame(studio, request, "actors")
    groups = groups_of(context["case"], context["case_now"], context["view"])
    return html(studio.render("actors.html.j2", {**context, "groups": groups, **spread(context)}))


def show_risk(studio: Studio, request: Request) -> Response:
    """Curves, bars and all numbers of a view, with every slider at hand."""
    context = frame(studio, request, "risk")
    controls = controls_of(context["case"], context["case_now"], context["view"])
    return html(studio.render("risk.html.j2", {**context, "controls": controls, **spread(context)}))


def spread(context: dict[str, Any]) -> dict[str, Any]:
    """The 5th to 95th percentiles of an analysis of the case with the view's scenario, as JSON for the script.

    Only of the case as its files stand now; of any other, no number is given, and the page says that it is stale.
    """
    kept = kept_part(context["case_now"], context["view"].date, "answers")
    if kept.run is None:
        return {"spread": "null", "kept": kept}
    curves = {
        name: [list(row) for row in kept.run.tables[name].rows]
        for name in ("risk_curve", "peace_curve")
        if name in kept.run.tables
    }
    numbers = {q.id: [q.low, q.mid, q.high] for q in kept.run.quantities}
    found = {"draws": kept.run.draws, "scenario": context["view"].scenario, "curves": curves, "numbers": numbers}
    return {"spread": json.dumps(found), "kept": kept}


def show_accounts(studio: Studio, request: Request) -> Response:
    """Rival accounts: what each says, on which assumptions it differs, and what the record makes of them."""
    context = frame(studio, request, "accounts")
    case = context["case"]
    accounts = [
        {
            "account": account,
            "title": account.title or account.name.replace("_", " "),
            "ranges": [
                {
                    "name": name,
                    "label": parameter_label(case.parameters[name]),
                    "low": p.low,
                    "high": p.high,
                    "full_low": case.parameters[name].low,
                    "full_high": case.parameters[name].high,
                    "unit": case.parameters[name].unit,
                    "bar": _bar(p, case.parameters[name]),
                }
                for name, p in account.parameters.items()
            ],
            "query": View(context["view"].date, set=_middles(account, case)).query(),
        }
        for account in case.accounts.values()
    ]
    return html(studio.render("accounts.html.j2", {**context, "accounts": accounts, "kept": kept_study(case)}))


def _bar(part: Any, whole: Any) -> tuple[float, float]:
    width = (whole.high - whole.low) or 1.0
    return round(100 * (part.low - whole.low) / width, 1), round(max(1.5, 100 * (part.high - part.low) / width), 1)


def _middles(account: Any, case: Any) -> dict[str, float]:
    return {n: min(max(p.mid, case.parameters[n].low), case.parameters[n].high) for n, p in account.parameters.items()}


def show_hold(studio: Studio, request: Request) -> Response:
    """What would hold: packages, levers, and the frontier of a finished search."""
    context = frame(studio, request, "hold")
    kept = kept_part(context["case_now"], context["view"].date, "settlement")
    found = kept.run.settlement if kept.run is not None else None
    points, place = [], {}
    if found is not None:
        points = [*found.packages, *found.only_in_some_equilibria, *found.near]
        place = {"points": [_place(p) for p in points], "share": found.limits.share}
    context |= {"kept": kept, "result": found, "points": points, "place": json.dumps(place)}
    return html(studio.render("hold.html.j2", {**context, "levers": context["case"].levers}))


def _place(point: "Combination") -> dict[str, Any]:
    """What the frontier draws of a point: cost, durability and the smallest gain of those who sign."""
    return {
        "id": point.id,
        "cost": point.cost,
        "durability": [point.durability.low, point.durability.mid, point.durability.high],
        "least": [point.least_gain.low, point.least_gain.mid, point.least_gain.high],
        "share": point.share_of_draws,
        "package": point.package,
    }


def show_claims(studio: Studio, request: Request) -> Response:
    """Attributed statements, who differs, what the record shows, and the result of an analysis if there is one."""
    context = frame(studio, request, "claims")
    record = None if context["now"].record is None else context["now"].record.as_of(context["view"].date)
    kept = kept_part(context["case_now"], context["view"].date, "claims")
    verdicts = {claim.id: claim for claim in kept.run.claims} if kept.run is not None else {}
    claims = list(record.claims.values()) if record is not None else []
    context |= {"record": record, "claims": claims, "verdicts": verdicts, "kept": kept}
    return html(studio.render("claims.html.j2", context))


def show_compare(studio: Studio, request: Request) -> Response:
    """Two views side by side with their differences."""
    context = frame(studio, request, "compare")
    scenarios, view = context["scenarios"], context["view"]
    choices = {"": string("studio.compare_as_case")}
    choices |= {name: s.title or name.replace("_", " ") for name, s in scenarios.items()}
    asked = {side: request.query_params.get(side, "") for side in ("a", "b")}
    now = view.edited or view.scenario
    if not asked["b"]:
        asked["b"] = "now" if now else next(iter(scenarios), "")
    sides = {side: _side(scenarios, asked[side], view) for side in ("a", "b")}
    differences = _differences(context["now"], scenarios, sides["a"], sides["b"])
    context |= {
        "choices": choices,
        "asked": asked,
        "sides": json.dumps({side: v.query() for side, v in sides.items()}),
        "names": {side: _name(choices, asked[side]) for side in sides},
        "differences": differences,
    }
    return html(studio.render("compare.html.j2", context))


def _name(choices: Mapping[str, str], asked: str) -> str:
    return string("studio.compare_now") if asked == "now" else choices[asked]


def _side(scenarios: Mapping[str, "Scenario"], asked: str, view: View) -> View:
    if asked == "now":
        return view
    if asked and asked not in scenarios:
        raise OptionError.of("there is no such scenario to compare")
    return View(view.date, scenario=asked, package=view.package)


def _differences(now: CaseNow, scenarios: Mapping[str, "Scenario"], a: View, b: View) -> list[dict[str, Any]]:
    """Assumptions and values of the situation in which two views differ."""
    cases = [now.case_with(side.scenario) for side in (a, b)]
    numbers = [{**case.defaults(), **side.set} for case, side in zip(cases, (a, b), strict=True)]
    rows: list[dict[str, Any]] = [
        {"what": parameter_label(p), "unit": p.unit, "a": f"{numbers[0][n]:.4g}", "b": f"{numbers[1][n]:.4g}"}
        for n, p in now.case.parameters.items()
        if numbers[0][n] != numbers[1][n]
    ]
    stands = [situation(side, case) for side, case in zip((a, b), cases, strict=True)]
    rows += [
        {"what": n.replace("_", " "), "unit": "", "a": stands[0][n], "b": stands[1][n]}
        for n in stands[0]
        if stands[0][n] != stands[1][n]
    ]
    for side, other in ((a, b), (b, a)):
        for scenario in [scenarios[side.scenario]] if side.scenario else []:
            moves = {**scenario.rates, **scenario.costs}
            if moves and other.scenario != side.scenario:
                row = {"what": ", ".join(moves), "unit": "", "a": "", "b": ""}
                rows.append({**row, "a" if side is a else "b": string("studio.compare_moves")})
    return rows


VIEWS: Mapping[str, Callable[[Studio, Request], Response]] = {
    "situation": show_situation,
    "actors": show_actors,
    "risk": show_risk,
    "accounts": show_accounts,
    "hold": show_hold,
    "claims": show_claims,
    "compare": show_compare,
}
