"""What would hold: combinations of package and levers, what binds them, who pays."""

from detente.run.base import Model


class Spread(Model):
    """A number over the draws: 5th, 50th and 95th percentile, and what it reaches in the share of draws asked for."""

    low: float
    mid: float
    high: float
    at_share: float | None


class Limits(Model):
    """What was asked: chance of war (probability) within years, in a share of draws and equilibria."""

    risk: float
    within: float
    share: float


class LeastGain(Spread):
    """What the signatory that gains least gains; own stake per year."""

    who: str


class InEquilibria(Model):
    """In how many of the equilibria found, over how many draws, a combination holds."""

    draws: int
    found: int
    hold: int


class Constraint(Model):
    """One condition, and how a combination meets it."""

    id: str
    words: str
    holds_in_share_of_draws: float
    margin: float | None


class Binding(Model):
    """The condition that fails most often."""

    id: str
    words: str
    fails_in_share_of_draws: float
    margin: float | None


class Relaxation(Model):
    """The cheapest payment, price or accepted risk under which a combination would hold."""

    words: tuple[str, ...]
    so_that_it_holds_in: str
    payer: str | None
    payments: dict[str, float]
    prices: dict[str, float]
    risk: float | None
    price: float | None
    solved_again: bool
    then_holds_in_share_of_draws: float | None
    works: bool | None  # None: not solved again


class FailsWhen(Model):
    """An assumption that separates the draws in which a combination fails from those in which it holds."""

    parameter: str
    words: str
    strength: float
    beyond_chance: bool


class IfLeaves(Model):
    """What becomes of a combination when a guarantor leaves."""

    guarantor: str
    holds: bool
    share_of_draws: float
    fails: tuple[str, ...]
    words: str


class Combination(Model):
    """One package with its levers; the frontier's further points are not explained."""

    id: str
    package: str
    terms: tuple[str, ...]
    levers: dict[str, float]
    in_force_before_signature: tuple[str, ...] = ()
    durability: Spread  # probability of no war within the limit's years
    cost: float
    paid_by: dict[str, float]
    payers: tuple[str, ...]
    least_gain: LeastGain
    gains: dict[str, Spread]
    share_of_draws: float
    equilibria: InEquilibria | None = None
    constraints: tuple[Constraint, ...] = ()
    binding: Binding | None = None
    relaxation: Relaxation | None = None
    fails_when: tuple[FailsWhen, ...] = ()
    if_leaves: tuple[IfLeaves, ...] = ()
    covers_until: dict[str, float] | None = None  # years until which fading leverage keeps each player in
    labels: tuple[str, ...] = ()


class Lottery(Model):
    """A fair-division split over the combinations: an option, not advice."""

    option: str
    weights: dict[str, float]


class Division(Model):
    """Issues divided between two sides by their salience."""

    option: str
    share_of_first: dict[str, float]
    points: dict[str, float]


class Splits(Model):
    """Fair-division splits as options."""

    egalitarian: Lottery | None = None
    nash: Lottery | None = None
    adjusted_winner: Division | None = None


class Search(Model):
    """How far was searched."""

    settings: int
    solved: int
    draws: int
    exhaustive: bool
    words: str
    resolution: float  # differences in durability or gain below this count as none


class Settlement(Model):
    """What would hold, at a date."""

    finding: str
    limits: Limits
    signatories: tuple[str, ...]
    can_block: dict[str, str]
    fades_with_time: tuple[str, ...] = ()
    binding: Binding | None = None  # of the first combination, and so are the next two
    relaxation: Relaxation | None = None
    payer: str | None = None
    packages: tuple[Combination, ...] = ()  # hold
    near: tuple[Combination, ...] = ()  # do not hold, come near
    only_in_some_equilibria: tuple[Combination, ...] = ()
    splits: Splits = Splits()
    search: Search
    notes: tuple[str, ...] = ()
    confidential: bool = False  # a lever changes a marked assumption, and all that was found rests on that lever
