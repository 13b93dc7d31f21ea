"""What numbers and curves are called: records with named fields. Ids are printed from them and never taken apart."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Key:
    """The name of one number; `id` is how it is printed and stored."""

    family: str  # what kind of number: "gain_from_settling", "loss_share"
    actor: str | None = None
    package: str | None = None  # only where the case has several
    detail: str = ""  # what else tells it from its relatives: "5y", "held", "only.minsk.years"
    actor_last: bool = False  # the id ends in the actor: "spoilers.domestic.value.armenia"

    @property
    def id(self) -> str:
        """The parts joined by dots, such as `gain_from_settling.armenia.phased`."""
        parts = (self.family, self.actor, self.package, self.detail)
        if self.actor_last:
            parts = (self.family, self.package, self.detail, self.actor)
        return ".".join(part for part in parts if part)


@dataclass(frozen=True)
class NumberSpec:
    """What a number is, whatever the draw."""

    key: Key
    label: str
    unit: str
    signed: bool = True  # the sign is a finding; chances and durations have none
    assumption_not_record: bool = False  # rests on payoffs in states that no record has visited
    confidential: bool = False  # printed with its parts, one of which is made with a confidential assumption
    headline: bool = False  # every evaluation also computes its derivatives by all assumptions
    ranked_like: Key | None = None  # hangs on the same assumptions as this relative, whose derivatives are computed
    relatives: tuple[Key, ...] = field(default=())  # numbers that would give this one away, were it taken out


@dataclass(frozen=True)
class Curve:
    """The name of one series of numbers (over years, hazards, or a single point) that a table is made from."""

    name: str  # "risk", "trigger", "term"
    actor: str = ""  # a player, or "nature"
    package: str = ""
    item: str = ""  # an act, an event, a state variable, a labelled term
    value: str = ""  # of a state variable
