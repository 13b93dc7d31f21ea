"""Second opinions: headline numbers under another model of choice, beside the case's own on the same draws."""

from typing import Literal

from detente.run.base import Model


class SecondOpinion(Model):
    """One headline number under one other model of choice."""

    quantity: str  # its id
    label: str
    unit: str = ""
    model: Literal["uncounted", "ceiling"]  # reasons not counted in values; a ceiling on rates four times as high
    own: tuple[float, float, float]  # low, mid and high of the same draws under the case's own model
    low: float  # 5th, 50th and 95th percentile under the other model; of few draws, smallest and largest
    mid: float
    high: float
    sign_share: float | None = None  # where its sign is a finding: share of draws with that of `own`
    draws: int
    ess: float  # effective number of draws under the other model; below `draws` where they were reweighted to it
    moves: bool  # by more than a third of the number under the case's own model: it depends on the model of choice


class OtherModel(Model):
    """What another model of choice would say, as far as it was tried."""

    opinions: tuple[SecondOpinion, ...] = ()

    @property
    def depends(self) -> tuple[str, ...]:
        """Ids of the numbers that depend on the model of choice."""
        return tuple(dict.fromkeys(opinion.quantity for opinion in self.opinions if opinion.moves))

    def about(self, quantities: set[str]) -> "OtherModel | None":
        """Only the opinions on these numbers; None where there are none."""
        kept = tuple(opinion for opinion in self.opinions if opinion.quantity in quantities)
        return OtherModel(opinions=kept) if kept else None

    def furthest(self, quantity: str) -> SecondOpinion | None:
        """The opinion on a number that is furthest from the case's own model; None where there is none."""
        same = [opinion for opinion in self.opinions if opinion.quantity == quantity]
        return max(same, key=lambda opinion: abs(opinion.mid - opinion.own[1]), default=None)
