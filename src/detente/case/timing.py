"""What `timing: simultaneous` allows and needs, and what it leaves without meaning."""

from detente.case.acts import Ground
from detente.errors import suggest

WITHOUT_MEANING = {
    "discount_rate": "with simultaneous moves write 'discount_factor', per period",
    "reference_rate": "with simultaneous moves every available action weighs the same",
    "tempo": "with simultaneous moves there is one move per period",
}


def build_timing(ground: Ground) -> dict[str, str]:
    """The rules of `together:` (highest, lowest or first); what has no meaning in this timing is an error."""
    if ground.written.timing != "simultaneous":
        _only_simultaneous(ground)
        return {}
    _without_meaning(ground)
    for name, rule in ground.written.together.items():
        at = ("together", name)
        if name not in ground.states:
            hint = suggest(name, ground.states)
            ground.remarks.error(at, f"unknown state variable '{name}'", "", hint, key=True)
        elif rule != "first" and not ground.states[name].ordered:
            what = f"'{name}' is not ordered and has no {rule} value"
            ground.remarks.error(at, what, "first", f"or list its values under 'ordered:' in '{name}'")
    return dict(ground.written.together)


def _only_simultaneous(ground: Ground) -> None:
    """Refuse what belongs to simultaneous moves."""
    if ground.written.has("together"):
        ground.remarks.error(("together",), "'together' without simultaneous moves", "timing: simultaneous", key=True)
    if ground.written.play.discount_factor is not None:
        what = "'discount_factor' without simultaneous moves"
        ground.remarks.error(("play", "discount_factor"), what, "discount_rate, per year", key=True)


def _without_meaning(ground: Ground) -> None:
    """Refuse what belongs to moves in continuous time."""
    remarks, play = ground.remarks, ground.written.play
    for key, hint in WITHOUT_MEANING.items():
        if play.has(key):
            remarks.error(("play", key), f"'{key}' has no meaning here", "", hint, key=True)
    if play.has("shocks") and play.shocks == "reference":
        remarks.error(("play", "shocks"), "reference shocks with simultaneous moves", "standard or none")
    for actor, actions in ground.written.actions.items():
        for name, action in actions.items():
            if action.rate:
                hint, place = WITHOUT_MEANING["reference_rate"], ("actions", actor, name, "rate")
                remarks.error(place, "'rate' of an action has no meaning here", "", hint, key=True)
