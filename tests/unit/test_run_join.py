"""Verbs in any order leave one run: fresh parts stay, stale ones go, an unreadable run is set aside."""

import pytest

from detente.run import Part, Quantity, Run, Table, write_run
from detente.run.join import joined, part_of, standing_run

HEAD = {"version": "0", "case": "x", "title": "X", "date": "2020-01-01", "seed": 0, "draws": 2, "command": "c"}


def head(**more) -> Run:
    return Run(**{**HEAD, "inputs": {}, "model": {}, **more})


def part(name: str, key: str = "k") -> Part:
    quantity = Quantity(id=f"{name}.a", family=name, question=name, label="a", low=0.0, mid=1.0, high=2.0)
    table = Table(title=name, columns=("a",), rows=((1,),))
    return Part(name=name, key=key, command=name, quantities=(quantity,), tables={name: table}, warnings=(f"{name}!",))


def fresh(stamp) -> bool:
    return stamp.key == "k"


def test_a_part_comes_out_as_it_went_in():
    run = head().add(part("one")).add(part("two"))
    assert part_of(run, "one") == part("one") and part_of(run, "two") == part("two")
    with pytest.raises(KeyError, match="three"):
        part_of(run, "three")


def test_verbs_in_either_order_leave_the_same_parts():
    settled = head().add(part("settlement"))
    analysed = joined(head().add(part("answers")), settled, fresh)
    other = joined(settled, head().add(part("answers")), fresh)
    assert set(analysed.parts) == set(other.parts) == {"answers", "settlement"}
    assert set(analysed.warnings) == {"answers!", "settlement!"}
    assert analysed.quantity("settlement.a") == other.quantity("settlement.a")


@pytest.mark.parametrize("old", [{"case": "y"}, {"date": "2021-01-01"}])
def test_nothing_is_taken_from_a_run_of_something_else(old):
    assert joined(head(), head(**old).add(part("one")), fresh) == head()
    assert joined(head(), None, fresh) == head()


def test_what_is_stale_or_made_anew_is_not_taken():
    old = head().add(part("one", "old")).add(part("two"))
    new = joined(head().add(part("two", "k")), old, fresh)
    assert set(new.parts) == {"two"}


def test_a_run_that_cannot_be_read_is_set_aside(tmp_path):
    assert standing_run(tmp_path) is None
    write_run(head(), tmp_path)
    assert standing_run(tmp_path) == head()
    for content in (b"", b"{}", b"\xff"):
        (tmp_path / "run.json").write_bytes(content)
        assert standing_run(tmp_path) is None
        assert (tmp_path / "run.unreadable.json").read_bytes() == content
