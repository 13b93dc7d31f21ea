import numpy as np
import pytest

from detente.errors import OptionError
from detente.outside import curves_csv, curves_of, shipped_curves
from detente.outside.classes import ENOUGH, every_class, fitting, read_curves
from detente.outside.episodes import OUTCOMES, Episodes
from detente.outside.lifetable import LifeTable, life_table


def episodes(n=60):
    end = np.arange(1950, 1950 + n).astype(float)
    columns = {
        "endyear": end,
        "outcome": np.tile([2.0, 5.0, 3.0], n // 3),
        "prior_episodes": np.tile([0.0, 1.0], n // 2),
        "next_active_year": np.where(np.arange(n) % 4 == 0, end + 3, np.nan),
    }
    return Episodes(tuple(map(str, range(n))), ("1",) * n, ("",) * n, columns, 2015)


def test_every_case_has_a_class_with_enough_episodes():
    curves = shipped_curves()
    for outcome in (None, *OUTCOMES):
        for first in (None, True, False):
            chosen, candidates = curves.choose(outcome, first)
            assert curves.tables[chosen].n >= ENOUGH
            better = candidates[: candidates.index(chosen)]
            assert all(curves.tables[c].n < ENOUGH for c in better)
            low, mid, high = curves.tables[chosen].recurrence(5)
            assert 0 <= low < mid < high < 1


def test_shipped_figures_name_their_source():
    source = shipped_curves().source
    assert "UCDP Conflict Termination 3-2021" in source
    assert "CC BY 4.0" in source


def test_curves_survive_writing_and_reading():
    curves = curves_of(episodes(), "made up")
    again = read_curves(curves_csv(curves), "x.csv")
    assert (again.source, again.since) == ("made up", 1990)
    for cell, table in curves.tables.items():
        watched = table.at_risk > 0
        np.testing.assert_array_equal(again.tables[cell].at_risk, table.at_risk[watched])
        np.testing.assert_array_equal(again.tables[cell].events, table.events[watched])


def test_other_files_are_not_curves():
    with pytest.raises(OptionError, match=r"x\.csv: not a file of reference curves"):
        read_curves("a,b\n1,2\n", "x.csv")


def test_classes_partition_the_episodes():
    data = episodes()
    by_outcome = [c for c in every_class(1990) if c.outcomes in ((2,), (3,), (5,)) and c.first is c.since is None]
    assert sum(c.holds(data).sum() for c in by_outcome) == len(data)
    assert len({c.key for c in every_class(1990)}) == len(every_class(1990))


def test_specific_classes_come_first_and_unknown_outcomes_are_refused():
    cells = fitting(2, True, 1980)
    assert (cells[0].outcomes, cells[0].first, cells[0].since) == ((2,), True, 1980)
    assert cells[-1].words == "all endings"
    with pytest.raises(OptionError, match="outcome 7"):
        fitting(7, None, 1980)


def test_too_few_episodes_for_any_class():
    with pytest.raises(OptionError, match="no reference class"):
        curves_of(episodes(6), "few").choose(2, True)


def test_life_table_by_hand():
    table = LifeTable(np.array([20, 18, 10]), np.array([2, 3, 0]))
    assert table.recurrence(2)[1] == pytest.approx(1 - 18 / 20 * 15 / 18)
    assert table.recurrence(1, elapsed=1)[1] == pytest.approx(3 / 18)
    assert table.recurrence(0.5)[1] == pytest.approx(1 - (18 / 20) ** 0.5)
    assert table.recurrence(1, elapsed=2) == (0.0, 0.0, pytest.approx(1 - 0.05 ** (1 / 10)))
    assert table.recurrence(4) is None
    assert LifeTable(np.array([20, 4]), np.array([2, 0])).recurrence(2) is None
    assert LifeTable(np.array([5]), np.array([5])).recurrence(1) is None
    with pytest.raises(OptionError, match="not negative"):
        table.recurrence(1, elapsed=-1)


def test_waiting_composes():
    table = life_table(episodes())
    whole, first, then = table.recurrence(4.5), table.recurrence(2.3), table.recurrence(2.2, elapsed=2.3)
    assert 1 - whole[1] == pytest.approx((1 - first[1]) * (1 - then[1]))


def test_observation_ends_with_what_is_known():
    table = life_table(Episodes(("1", "2"), ("1",) * 2, ("",) * 2, {"endyear": np.array([2000.0, 2003.0])}, 2004))
    np.testing.assert_array_equal(table.at_risk[:5], [2, 1, 1, 1, 0])
