"""Sentences that several questions share: who is on which side of zero, and what was too little to tell."""

from collections.abc import Iterable, Sequence

from detente.answers.question import Answered, text_of
from detente.run import Quantity
from detente.words.numbers import listed, no_effect, value_text

AGREE = 0.9  # share of draws from which on a sign counts as agreed: one draw in ten may differ
MOST_NAMES = 6  # actors named in one sentence


def sides(quantities: Iterable[Quantity]) -> tuple[list[Quantity], list[Quantity], list[Quantity]]:
    """Numbers that agree on being above 0, those that agree on being below, and the rest."""
    above, below, rest = [], [], []
    for q in quantities:
        agreed = q.sign_share is not None and q.sign_share >= AGREE
        (rest if not agreed or q.mid is None else above if q.mid > 0 else below).append(q)
    return above, below, rest


def by_sign(answered: Answered, quantities: Sequence[Quantity], above: str, below: str, unclear: str) -> str:
    """One sentence per side of zero: "Above for A and B. Below for C. Open for D."

    Args:
        answered: for names.
        quantities: signed numbers, one per actor.
        above: words with `{names}`, for numbers that are above 0 in nine of ten draws.
        below: the same, for those below 0.
        unclear: the same, for all others.
    """
    found = [q for q in quantities if q.mid is not None]
    nothing = [q for q in found if no_effect(q.low, q.mid, q.high, q.unit)]
    groups = zip((above, below, unclear), sides(q for q in found if q not in nothing))
    told = [words.format(names=named(answered, group)) for words, group in groups if group]
    if nothing:
        told.append(f"For {listed(dict.fromkeys(map(answered.name, nothing)), MOST_NAMES)} it makes no difference.")
    return " ".join(told)


def named(answered: Answered, quantities: Iterable[Quantity]) -> str:
    """The actors that numbers are about, each with its middle: "Armenia (+0.4) and Russia (+0.1)"."""
    each = {answered.name(q): value_text(q.mid, q.unit, q.signed) for q in quantities}
    return listed((f"{name} ({text})" for name, text in each.items()), MOST_NAMES)


def of_package(answered: Answered, family: str) -> list[Quantity]:
    """The numbers of a family under the package that summaries speak of."""
    package = answered.frame.named(answered.frame.package)
    return [q for q in answered.family(family) if q.package == package]


def other_packages(answered: Answered, family: str, above: str, below: str, unclear: str) -> tuple[str, ...]:
    """`by_sign` for every other package of terms, a paragraph each."""
    groups: dict[str, list[Quantity]] = {}
    for q in answered.family(family):
        if q.package is not None and q.package != answered.frame.package:
            groups.setdefault(q.package, []).append(q)
    return tuple(
        f"Under '{package}': {by_sign(answered, group, above, below, unclear)}" for package, group in groups.items()
    )


def largest(quantities: Iterable[Quantity]) -> Quantity | None:
    """The number with the largest middle; None where there is none."""
    return max((q for q in quantities if q.mid is not None), key=lambda q: q.mid or 0.0, default=None)


def sentence(words: str, quantity: Quantity | None, missing: str) -> str:
    """Words with `{number}` filled in, or what is said where no draw has the number."""
    return missing if quantity is None else words.format(number=text_of(quantity))
