"""Labels find room without touching, and what finds none is reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.report.charts.layout import Label, label_points, place_labels, text_width, wrap

words = st.text(alphabet="abcdefgh WM.", min_size=1, max_size=30)
labels = st.lists(
    st.builds(Label, st.floats(0, 600), words, st.floats(0, 5)), max_size=40, unique_by=lambda label: label.anchor
)


@given(labels, st.integers(1, 9), st.lists(st.floats(0, 600), max_size=2))
def test_no_label_touches_another_or_is_crossed_by_a_stem(items, lanes, lines):
    placed, dropped = place_labels(items, 600, lanes, gap=8, keep_clear=lines)
    assert sorted([p.index for p in placed] + dropped) == list(range(len(items)))
    for p in placed:
        assert 0 <= p.left < p.right <= 600
        assert 0 <= p.lane < lanes
        assert p.right - p.left == pytest.approx(text_width(items[p.index].text))
        assert not any(p.left <= line <= p.right for line in lines)
        for q in placed:
            if p is q:
                continue
            assert p.lane != q.lane or p.right + 8 <= q.left + 1e-9 or q.right + 8 <= p.left + 1e-9
            stem_of_q_passes = q.lane > p.lane and p.left <= items[q.index].anchor <= p.right
            assert not stem_of_q_passes


def test_a_label_stands_beside_its_stem():
    placed, dropped = place_labels([Label(10, "left end"), Label(590, "right end")], 600, 1)
    assert dropped == []
    assert placed[0].left > 10
    assert placed[1].right < 590


def test_the_more_important_label_is_kept_when_room_is_short():
    placed, dropped = place_labels([Label(100, "first word", 1), Label(101, "other word", 2)], 130, 1)
    assert [p.index for p in placed] == [1]
    assert dropped == [0]


def test_a_cluster_becomes_a_staircase():
    items = [Label(10 * n, "a label of some length", 1) for n in range(5)]
    placed, dropped = place_labels(items, 600, 5)
    assert dropped == []
    assert [p.lane for p in placed] == [4, 3, 2, 1, 0]


def test_a_label_wider_than_the_frame_is_dropped():
    assert place_labels([Label(5, "w" * 100)], 200, 3) == ([], [0])


@given(st.text(alphabet="abc de", max_size=60), st.integers(1, 30))
def test_wrapping_keeps_words_and_limits(text, limit):
    lines = wrap(text, limit)
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= limit or " " not in line for line in lines)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 250), words), max_size=15))
def test_point_labels_stay_in_the_frame_and_apart(points):
    spots = label_points(points, 400, 250, 12)
    boxes = []
    for (_, _, text), spot in zip(points, spots, strict=True):
        if spot is not None:
            left, middle = spot
            boxes.append((left, middle - 6, left + text_width(text, 12), middle + 6))
    for n, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= 400
        for other in boxes[:n]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
