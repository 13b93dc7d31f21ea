"""The views as pages: what each needs to know, from case, record, jobs and the link that was followed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from detente.errors import OptionError
from detente.report.charts.theme import DASHES, INK, MUTED, RULE, SERIES
from detente.studio.app import Studio, html, redirect
from detente.studio.controls import controls_of, groups_of
from detente.studio.drafts import read_draft
from detente.studio.view import View, from_query, situation
from detente.words.strings import catalogue, string

ORDER = ("situation", "actors", "record", "risk", "accounts", "hold", "claims", "compare")
VISIT = 5  # steps of the guided visit
VISIT_VIEWS = ("situation", "record", "actors", "risk", "compare")


def home(studio: Studio, request: Request) -> Response:
    """Where the draft was left, else the situation; the first time on Minsk with the guided visit."""
    case = studio.desk.case
    draft = read_draft(studio.desk.work_folder)
    if draft is not None:
        query = draft["history"][draft["position"]]
        try:
            view = from_query(_pairs(query), case, studio.desk.scenarios())
        except OptionError:  # the case changed under the draft: begin afresh, the draft stays in its file
            view = View(case.as_of)
        return redirect(f"/situation?{view.query()}")
    more = {"visit": "1"} if case.name == "minsk" and not (studio.desk.work_folder / "visited").exists() else {}
    return redirect(f"/situation?{View(case.as_of).query(**more)}")


def _pairs(query: str) -> list[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(query)


def view_of(studio: Studio, request: Request) -> View:
    """The view that the address says."""
    return from_query(request.query_params.multi_items(), studio.desk.case, studio.desk.scenarios())


def frame(studio: Studio, request: Request, name: str, **more: Any) -> dict[str, Any]:
    """What every page needs."""
    case, view = studio.desk.case, view_of(studio, request)
    scenarios = studio.desk.scenarios()
    case_now = studio.desk.case_with(view.scenario)
    visit = _visit(studio, request)
    query = view.query()
    return {
        "name": name,
        "case": case,
        "case_now": case_now,
        "view": view,
        "query": query,
        "order": ORDER,
        "scenarios": scenarios,
        "dates": list(case_now.situations),
        "situation": situation(view, case_now),
        "visit": visit,
        "visit_view": VISIT_VIEWS[visit - 1] if visit else "",
        "visit_views": VISIT_VIEWS,
        "page": json.dumps(page_data(studio, view, case_now, name), ensure_ascii=False),
        **more,
    }


def _visit(studio: Studio, request: Request) -> int:
    text = request.query_params.get("visit", "")
    if text == "done":
        from detente.files.whole import write_text

        write_text(studio.desk.work_folder / "visited", "the guided visit was seen or put away\n")
        return 0
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= VISIT else 0


def page_data(studio: Studio, view: View, case: Any, name: str) -> dict[str, Any]:
    """What the script of a page reads."""
    defaults = case.defaults()
    words = {k.removeprefix("studio.js_"): v for k, v in catalogue().items() if k.startswith("studio.js_")}
    return {
        "name": name,
        "view": view.data(),
        "defaults": defaults,
        "labels": {n: parameter_label(p) for n, p in studio.desk.case.parameters.items()},
        "situation": dict(case.situations[view.date]),
        "actors": {p: short(studio, p) for p in case.players},
        "packages": list(case.outcomes.settle),
        "draft": read_draft(studio.desk.work_folder),
        "words": words,
        "theme": {"series": SERIES, "dashes": DASHES, "ink": INK, "muted": MUTED, "rule": RULE},
    }


def short(studio: Studio, actor: str) -> str:
    """An actor's label up to its first bracket or comma."""
    import re

    return re.split(r"\s*[(,;]", studio.desk.case.actors[actor].label)[0]


def parameter_label(parameter: Any) -> str:
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
    groups = groups_of(studio.desk.case, context["case_now"], context["view"])
    return html(studio.render("actors.html.j2", {**context, "groups": groups, "spread": spread(studio, context)}))


def show_risk(studio: Studio, request: Request) -> Response:
    """Curves, bars and all numbers of a view, with every slider at hand."""
    context = frame(studio, request, "risk")
    controls = controls_of(studio.desk.case, context["case_now"], context["view"])
    return html(studio.render("risk.html.j2", {**context, "controls": controls, "spread": spread(studio, context)}))


def spread(studio: Studio, context: dict[str, Any]) -> str:
    """The 5th to 95th percentiles of a finished analysis of the case as it stands, as JSON for the script."""
    job = studio.jobs.newest("analyze", context["view"].date)
    if job is None:
        return "null"
    from detente.run import read_run

    run = read_run(studio.jobs.folder / job.id / "run")
    curves = {
        name: [list(row) for row in run.tables[name].rows]
        for name in ("risk_curve", "peace_curve")
        if name in run.tables
    }
    numbers = {q.id: [q.low, q.mid, q.high] for q in run.quantities}
    return json.dumps({"draws": run.draws, "curves": curves, "numbers": numbers, "job": job.id})


def show_accounts(studio: Studio, request: Request) -> Response:
    """Rival accounts: what each says, on which assumptions it differs, and what the record makes of them."""
    context = frame(studio, request, "accounts")
    case = studio.desk.case
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
    result = _result(studio, "accounts", "accounts.json")
    return html(studio.render("accounts.html.j2", {**context, "accounts": accounts, "result": result}))


def _bar(part: Any, whole: Any) -> tuple[float, float]:
    width = (whole.high - whole.low) or 1.0
    return round(100 * (part.low - whole.low) / width, 1), round(max(1.5, 100 * (part.high - part.low) / width), 1)


def _middles(account: Any, case: Any) -> dict[str, float]:
    return {n: min(max(p.mid, case.parameters[n].low), case.parameters[n].high) for n, p in account.parameters.items()}


def _result(studio: Studio, kind: str, file: str) -> dict[str, Any] | None:
    """What the newest finished job of a kind left, whatever its date."""
    for job in studio.jobs.all():
        path: Path = studio.jobs.folder / job.id / "run" / file
        if job.state == "done" and job.order.kind == kind and path.is_file():
            return {"job": job.data(), **json.loads(path.read_text("utf-8"))}
    return None


def show_hold(studio: Studio, request: Request) -> Response:
    """What would hold: packages, levers, and the frontier of a finished search."""
    context = frame(studio, request, "hold")
    result = _result(studio, "settle", "settlement.json")
    points, place = [], {}
    if result is not None:
        points = [*result["packages"], *result["only_in_some_equilibria"], *result["near"]]
        place = {"points": [_place(p) for p in points], "share": result["limits"]["share"]}
    context |= {"result": result, "points": points, "place": json.dumps(place), "levers": studio.desk.case.levers}
    return html(studio.render("hold.html.j2", context))


def _place(point: Mapping[str, Any]) -> dict[str, Any]:
    """What the frontier draws of a point: cost, durability and the smallest gain of those who sign."""
    return {
        "id": point["id"],
        "cost": point["cost"],
        "durability": [point["durability"][part] for part in ("low", "mid", "high")],
        "least": [point["least_gain"][part] for part in ("low", "mid", "high")],
        "share": point["share_of_draws"],
        "package": point["package"],
    }


def show_claims(studio: Studio, request: Request) -> Response:
    """Attributed statements, who differs, what the record shows, and the result of an analysis if there is one."""
    context = frame(studio, request, "claims")
    record = None if studio.desk.record is None else studio.desk.record.as_of(context["view"].date)
    verdicts: dict[str, Any] = {}
    job = studio.jobs.newest("analyze", context["view"].date)
    if job is not None:
        from detente.run import read_run

        verdicts = {claim.id: claim for claim in read_run(studio.jobs.folder / job.id / "run").claims}
    claims = list(record.claims.values()) if record is not None else []
    return html(studio.render("claims.html.j2", {**context, "record": record, "claims": claims, "verdicts": verdicts}))


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
    sides = {side: _side(studio, asked[side], view) for side in ("a", "b")}
    differences = _differences(studio, sides["a"], sides["b"])
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


def _side(studio: Studio, asked: str, view: View) -> View:
    if asked == "now":
        return view
    if asked and asked not in studio.desk.scenarios():
        raise OptionError.of("there is no such scenario to compare")
    return View(view.date, scenario=asked, package=view.package)


def _differences(studio: Studio, a: View, b: View) -> list[dict[str, Any]]:
    """Assumptions and values of the situation in which two views differ."""
    cases = [studio.desk.case_with(side.scenario) for side in (a, b)]
    numbers = [{**case.defaults(), **side.set} for case, side in zip(cases, (a, b), strict=True)]
    rows: list[dict[str, Any]] = [
        {"what": parameter_label(p), "unit": p.unit, "a": f"{numbers[0][n]:.4g}", "b": f"{numbers[1][n]:.4g}"}
        for n, p in studio.desk.case.parameters.items()
        if numbers[0][n] != numbers[1][n]
    ]
    stands = [situation(side, case) for side, case in zip((a, b), cases, strict=True)]
    rows += [
        {"what": n.replace("_", " "), "unit": "", "a": stands[0][n], "b": stands[1][n]}
        for n in stands[0]
        if stands[0][n] != stands[1][n]
    ]
    for side, other in ((a, b), (b, a)):
        for scenario in [studio.desk.scenarios()[side.scenario]] if side.scenario else []:
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
