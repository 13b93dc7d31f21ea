"""Parameters and the settings of play: from what stands in the file to priors, broken parts reported and left out."""

from collections.abc import Mapping

from detente.case.entries import ParameterEntry, PlayEntry, ValueEntry
from detente.case.parts import CEILING, Parameter, Play
from detente.case.priors import Distribution
from detente.errors import suggest
from detente.files.validate import Remarks
from detente.files.yaml import At

DISCOUNT_RATE = 0.08  # 1/year where the case says nothing: a value twelve years off counts a bit over a third
NOISE = 0.25  # utility: a quarter of a year's stake
REFERENCE_RATE = 0.1  # 1/year: an indifferent actor acts about once in ten years
TEMPO = 52.0  # 1/year: at most one act a week
DEFAULTS = {"discount_rate": DISCOUNT_RATE, "noise": NOISE, "reference_rate": REFERENCE_RATE}
TAIL = 0.01  # share of a prior without hard ends that is left beyond each end of its range


def build_parameter(name: str, entry: ValueEntry, at: At, remarks: Remarks) -> Parameter | None:
    """A parameter from `range`, `value` or `prior`, or None if they are wrong."""
    if not remarks.usable(at):
        remarks.broken.add(at)
        return None
    prior = _prior(entry)
    if prior is None:
        expected, hint = "'range', 'value' or 'prior'", "add 'range: [low, high]'"
        remarks.error(at, f"'{name}' has no value", expected, hint, key=True)
        return None
    problem = prior.problem()
    if problem:
        key = next(key for key in ("prior", "range", "value") if entry.has(key))
        remarks.error((*at, key), f"{key} of '{name}': {problem}")
        return None
    low, high = entry.range if entry.range is not None else (prior.quantile(TAIL), prior.quantile(1 - TAIL))
    mid = entry.value if entry.value is not None else prior.quantile(0.5)
    if prior.kind != "fixed" and not low <= mid <= high:
        remarks.error((*at, "value"), f"value {mid:g} of '{name}' is outside its range", f"{low:g} to {high:g}")
        return None
    if isinstance(entry, ParameterEntry) and entry.fixed and prior.kind != "fixed":
        remarks.error((*at, "fixed"), f"'{name}' is fixed and has a range", "'value' and 'why' alone")
        return None
    bare = Parameter(name, prior, low, high, mid, at=at)
    return _described(bare, entry) if isinstance(entry, ParameterEntry) else bare


def _described(bare: Parameter, entry: ParameterEntry) -> Parameter:
    """The parameter with its unit, reason and basis."""
    contested = entry.contested
    return Parameter(
        bare.name,
        bare.prior,
        bare.low,
        bare.high,
        bare.mid,
        unit=entry.unit,
        label=entry.label,
        why=entry.why,
        basis=entry.basis,
        sources=entry.sources,
        contested=contested if isinstance(contested, str) else contested.view,
        contested_by=() if isinstance(contested, str) else contested.by,
        fixed=entry.fixed,
        confidential=entry.confidential,
        at=bare.at,
    )


def _prior(entry: ValueEntry) -> Distribution | None:
    limits = entry.range or ()
    if entry.prior is not None and entry.prior.model_fields_set:
        shapes: dict[str, tuple[float, ...]] = entry.prior.model_dump(exclude_unset=True)
        kind, numbers = next(iter(shapes.items()))
        return Distribution(kind if len(shapes) == 1 else "several", numbers, *limits)
    if limits:
        return Distribution("uniform", limits, *limits)
    return Distribution("fixed", (entry.value,)) if entry.value is not None else None


def build_play(play: PlayEntry, remarks: Remarks, players: tuple[str, ...]) -> tuple[Play, dict[str, Parameter]]:
    """The settings, and the parameters that their ranges make."""
    builder = _Settings(remarks, players)
    factor = play.discount_factor
    if factor is not None and not 0 < factor < 1:
        remarks.error(("play", "discount_factor"), f"discount factor {factor:g}", "between 0 and 1")
        factor = 0.5  # reported; stands in so that `check` can look further
    ceiling = play.ceiling
    if ceiling is not None and ceiling <= 1:
        remarks.error(("play", "ceiling"), f"a ceiling of {ceiling:g}", "more than 1: times an act's own rate")
        ceiling = None
    return Play(
        discount_rate=builder.setting("discount_rate", play.discount_rate),
        noise=builder.setting("noise", play.noise),
        reference_rate=builder.shared("reference_rate", play.reference_rate),
        tempo=builder.tempo(play.tempo),
        shocks=play.shocks,
        ceiling=CEILING if ceiling is None else ceiling,
        discount_factor=factor,
    ), builder.parameters


class _Settings:
    """Settings of play: a number, a parameter, or one of them for each actor."""

    def __init__(self, remarks: Remarks, players: tuple[str, ...]) -> None:
        self.remarks, self.players = remarks, players
        self.parameters: dict[str, Parameter] = {}

    def setting(
        self, key: str, value: float | ParameterEntry | Mapping[str, float | ParameterEntry] | None
    ) -> dict[str, float | str]:
        """Player -> a number, or the name of a parameter."""
        if not isinstance(value, Mapping):
            return dict.fromkeys(self.players, self.shared(key, value))
        self.known(("play", key), value)
        result: dict[str, float | str] = dict.fromkeys(self.players, DEFAULTS[key])
        for actor in self.players:
            own = value.get(actor)
            if own is not None:
                result[actor] = self.one(f"{key}.{actor}", own, ("play", key, actor), DEFAULTS[key])
        return result

    def shared(self, key: str, value: float | ParameterEntry | None) -> float | str:
        """A number, or the name of the parameter that it makes."""
        return DEFAULTS[key] if value is None else self.one(key, value, ("play", key), DEFAULTS[key])

    def one(self, name: str, value: float | ParameterEntry, at: At, default: float) -> float | str:
        """A number as it is; a range becomes a parameter of this name."""
        if not isinstance(value, ParameterEntry):
            return value
        parameter = build_parameter(name, value, at, self.remarks)
        if parameter is None:
            return default
        if parameter.low <= 0:
            self.remarks.error(at, f"'{name}' must stay above 0", "a range above 0")
            return default
        self.parameters[name] = parameter
        return name

    def known(self, at: At, value: Mapping[str, object]) -> None:
        """Report names that are no players."""
        for actor in value:
            if actor not in self.players:
                hint = suggest(actor, self.players)
                self.remarks.error((*at, actor), f"unknown player '{actor}'", "", hint, key=True)

    def tempo(self, value: float | Mapping[str, float] | None) -> dict[str, float]:
        """Player -> its ceiling on activity, 1/year."""
        if isinstance(value, Mapping):
            self.known(("play", "tempo"), value)
            return {player: value.get(player, TEMPO) for player in self.players}
        return dict.fromkeys(self.players, TEMPO if value is None else value)
