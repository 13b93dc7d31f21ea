"""What would hold in Minsk, by the quick plan: a frontier, or what comes closest and what it would take."""

import pytest

from detente.verbs.settle import run as settle


@pytest.mark.slow
@pytest.mark.parametrize("date", ["2021-08-05", pytest.param("2025-08-08", marks=pytest.mark.hours)])
def test_minsk_has_a_frontier_or_the_cheapest_relaxation(date, tmp_path):
    part = settle("minsk", date, quick=True, out=tmp_path)
    found = part.settlement
    assert set(found.signatories) == {"Armenia", "Azerbaijan"}
    assert found.search.solved > found.search.settings
    points = found.packages or found.near
    assert points
    for point in points:
        assert point.terms and point.binding.words
        assert 0 <= point.durability.low <= point.durability.high <= 1
    if not found.packages:
        relaxation = found.relaxation
        assert relaxation.solved_again and relaxation.works
        assert relaxation.then_holds_in_share_of_draws >= found.limits.share
        assert relaxation.words
    assert (tmp_path / "settlement.json").is_file()
