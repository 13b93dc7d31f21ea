"""Statistics of times and spells, against values that are found by hand."""

import numpy as np
import pytest

from detente.evidence import statistics
from detente.evidence.statistics import Window

TEN = Window(2.0, 12.0)


def times(*found):
    return np.array(found, float)


def test_a_window_holds_its_first_moment_and_not_its_last():
    assert TEN.times([12.0, 2.0, 5.0, 1.9]).tolist() == [2.0, 5.0]
    assert TEN.spells([(0.0, 3.0), (4.0, 5.0), (11.0, 20.0), (0.0, 2.0), (12.0, 13.0)]) == [(2, 3), (4, 5), (11, 12)]
    assert TEN.length == 10.0


def test_days_put_times_back_to_the_morning():
    day = 1 / 365.25
    assert statistics.days([0.5 * day, 10 * day, 10.99 * day]) == pytest.approx([0.0, 10 * day, 10 * day], abs=1e-12)


def test_counts_and_spacings():
    assert statistics.count(times()) == 0 and statistics.count(times(3, 4, 9)) == 3
    assert statistics.spacing(times(3)) is None
    assert statistics.spacing(times(3, 4, 9, 10)) == 1.0
    assert statistics.spacing(times(3, 4, 9)) == 3.0


def test_the_first_is_counted_from_the_start_of_the_window_and_censored_at_its_end():
    assert statistics.first(times(3.5, 4), TEN) == 1.5
    assert statistics.first(times(), TEN) == 10.0


def test_lengths_are_of_whole_spells_and_the_longest_of_cut_ones():
    spells = TEN.spells([(0.0, 5.0), (6.0, 7.0), (8.0, 10.0), (11.5, 20.0)])
    assert statistics.longest(spells) == 3.0 and statistics.longest([]) == 0.0
    assert statistics.length(spells, TEN) == 1.5
    assert statistics.length([(2.0, 4.0), (5.0, 12.0)], TEN) is None
    assert statistics.share(spells, TEN) == pytest.approx((3 + 1 + 2 + 0.5) / 10)


def test_a_lag_ends_before_the_next_of_what_begins_it():
    assert statistics.lag(times(3, 5, 9), times(4, 4.5, 9.5)) == 0.75
    assert statistics.lag(times(3, 5), times(2)) is None
    assert statistics.lag(times(), times(4)) is None
    assert statistics.lag(times(3, 3), times(3)) == 0.0


def test_the_share_answered():
    begin, end = times(3, 5, 9, 11.9), times(4, 9.5)
    assert statistics.answered(begin, end, TEN) == 0.5
    assert statistics.answered(begin, end, TEN, within=0.75) == pytest.approx(1 / 3)  # the last had no time left
    assert statistics.answered(times(11.9), times(11.95), TEN, within=0.75) == 1.0
    assert statistics.answered(times(11.9), times(), TEN, within=0.75) is None
    assert statistics.answered(times(11.9), times(), TEN) == 0.0
    assert statistics.answered(times(), times(4), TEN) is None
