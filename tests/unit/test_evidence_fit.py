"""What a fit tells beside its ranges: which assumptions the record speaks to, and which of them trade off."""

import numpy as np
import pytest
from fitted_case import bent, fitted_case, made_fit

from detente.evidence.diagnostics import Mixing
from detente.evidence.fit import MOST_PAIRS, pairs_of
from detente.evidence.part import fit_part
from detente.evidence.recorded import RecordedCase
from detente.run.accounts import PairFit

SETTLED = Mixing(1.0, 900.0)


def draws(*against):
    """900 draws of a first parameter and of others with these correlations to it."""
    z = np.random.default_rng(1).standard_normal((900, 1 + len(against)))
    return np.stack([z[:, 0], *(r * z[:, 0] + np.sqrt(1 - r * r) * z[:, n] for n, r in enumerate(against, 1))], axis=1)


def test_pairs_that_trade_off_are_named_strongest_first():
    found = pairs_of(("a", "b", "c", "d"), np.exp(draws(0.6, -0.9, 0.1)), SETTLED)
    assert [pair.names for pair in found[:2]] == [("a", "c"), ("a", "b")]
    assert found[0].correlation == pytest.approx(-0.9, abs=0.05)
    assert all(abs(pair.correlation) >= 0.4 for pair in found) and not any("d" in pair.names for pair in found)


def test_what_noise_alone_would_show_is_no_pair():
    z = draws(0.5)
    assert pairs_of(("a", "b"), z, SETTLED)
    assert pairs_of(("a", "b"), z, Mixing(1.0, 100.0)) == ()  # of so few, one of many pairs shows as much
    assert len(pairs_of(("a", "b"), draws(0.8), Mixing(1.0, 100.0))) == 1
    assert pairs_of(("a", "b"), z, Mixing(1.2, 900.0)) == () and pairs_of(("a",), z[:, :1], SETTLED) == ()


def test_no_more_are_named_than_a_page_holds():
    names = tuple("abcdefgh")
    assert len(pairs_of(names, draws(*[0.95] * 7), SETTLED)) == MOST_PAIRS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = fitted_case(tmp_path_factory.mktemp("told") / "small")
    return RecordedCase.open(folder), made_fit(folder)


def test_a_fit_shows_what_it_has_learnt_and_what_trades_off(made):
    recorded, fitted = made
    pair = PairFit(names=("rent", "war_cost"), correlation=-0.62)
    first = min(fitted.fit.parameters, key=lambda p: p.overlap)
    part = fit_part(recorded, bent(fitted, pairs=(pair,)).fit, "detente fit")
    assert part.tables["fit_pairs"].rows == (("rent", "war_cost", -0.62),)
    assert [ref.id for ref in part.tables["fit_pairs"].rests_on[0]] == ["rent", "war_cost"]
    learnt = part.tables["fit_learnt"]
    assert learnt.rows[0][0] == first.name and [row[4] for row in learnt.rows[:2]] == [
        "before the record",
        "after the record",
    ]
    assert learnt.rows[0][1:4] == pytest.approx(first.prior, rel=1e-3)
    assert learnt.rows[1][1:4] == pytest.approx((first.low, first.mid, first.high), rel=1e-3)
    (section,) = part.sections
    assert section.pictures[0].table == "fit_learnt" and section.tables == ("fit_parameters", "fit_pairs")


def test_a_fit_that_has_not_mixed_shows_neither(made):
    recorded, fitted = made
    part = fit_part(recorded, bent(fitted, refused=True).fit, "detente fit")
    assert tuple(part.tables) == ("fit_parameters",) and part.sections[0].pictures == ()
