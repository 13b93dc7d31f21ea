"""What `timing: simultaneous` allows and needs, and what it leaves without meaning."""

from detente.case.build import entries, get, mapping
from detente.case.sections import Sections
from detente.errors import suggest

WITHOUT_MEANING = {
    "discount_rate": "with simultaneous moves write 'discount_factor', per period",
    "reference_rate": "with simultaneous moves every available action weighs the same",
    "tempo": "with simultaneous moves there is one move per period",
}


def build_timing(sections: Sections) -> dict[str, str]:
    """The rules of `together:` (highest, lowest or first); what has no meaning in this timing is an error."""
    data, report = sections.data, sections.report
    if get(data, "timing") != "simultaneous":
        if "together" in mapping(data):
            report.error(("together",), "'together' without simultaneous moves", "timing: simultaneous", key=True)
        if get(data, "play", "discount_factor") is not None:
            what = "'discount_factor' without simultaneous moves"
            report.error(("play", "discount_factor"), what, "discount_rate, per year", key=True)
        return {}
    for key, hint in WITHOUT_MEANING.items():
        if get(data, "play", key) is not None:
            report.error(("play", key), f"'{key}' has no meaning here", "", hint, key=True)
    if get(data, "play", "shocks") == "reference":
        report.error(("play", "shocks"), "reference shocks with simultaneous moves", "standard or none")
    for actor, _, at in entries(data, report, "actions"):
        for action in mapping(data, "actions", actor):
            if get(data, *at, action, "rate") is not None:
                hint = WITHOUT_MEANING["reference_rate"]
                report.error((*at, action, "rate"), "'rate' of an action has no meaning here", "", hint, key=True)
    for name, _, at in entries(data, report, "together"):
        if name not in sections.states:
            report.error(at, f"unknown state variable '{name}'", "", suggest(name, sections.states), key=True)
        elif mapping(data, "together")[name] != "first" and not sections.states[name].ordered:
            what = f"'{name}' is not ordered and has no {mapping(data, 'together')[name]} value"
            report.error(at, what, "first", f"or list its values under 'ordered:' in '{name}'")
    return {name: str(rule) for name, rule, _ in entries(data, report, "together")}
