"""What `timing: simultaneous` allows and needs, and what it leaves without meaning."""

from detente.case.acts import CaseNames
from detente.errors import suggest

WITHOUT_MEANING = {
    "discount_rate": "with simultaneous moves write 'discount_factor', per period",
    "reference_rate": "with simultaneous moves every available action weighs the same",
    "ceiling": "with simultaneous moves no act has a rate",
    "tempo": "with simultaneous moves there is one move per period",
}


def build_timing(names: CaseNames) -> dict[str, str]:
    """The rules of `together:` (highest, lowest or first); what has no meaning in this timing is an error."""
    if names.written.timing != "simultaneous":
        _only_simultaneous(names)
        return {}
    _without_meaning(names)
    for name, rule in names.written.together.items():
        at = ("together", name)
        if name not in names.states:
            hint = suggest(name, names.states)
            names.remarks.error(at, f"unknown state variable '{name}'", "", hint, key=True)
        elif rule != "first" and not names.states[name].ordered:
            what = f"'{name}' is not ordered and has no {rule} value"
            names.remarks.error(at, what, "first", f"or list its values under 'ordered:' in '{name}'")
    return dict(names.written.together)


def _only_simultaneous(names: CaseNames) -> None:
    """Refuse what belongs to simultaneous moves."""
    if names.written.has("together"):
        names.remarks.error(("together",), "'together' without simultaneous moves", "timing: simultaneous", key=True)
    if names.written.play.discount_factor is not None:
        what = "'discount_factor' without simultaneous moves"
        names.remarks.error(("play", "discount_factor"), what, "discount_rate, per year", key=True)


def _without_meaning(names: CaseNames) -> None:
    """Refuse what belongs to moves in continuous time."""
    remarks, play = names.remarks, names.written.play
    for key, hint in WITHOUT_MEANING.items():
        if play.has(key):
            remarks.error(("play", key), f"'{key}' has no meaning here", "", hint, key=True)
    if play.has("shocks") and play.shocks in ("occasions", "reference"):
        remarks.error(("play", "shocks"), f"{play.shocks} shocks with simultaneous moves", "standard or none")
    for actor, actions in names.written.actions.items():
        for name, action in actions.items():
            if action.rate:
                hint, place = WITHOUT_MEANING["reference_rate"], ("actions", actor, name, "rate")
                remarks.error(place, "'rate' of an action has no meaning here", "", hint, key=True)
