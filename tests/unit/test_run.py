"""The run: strict types, whole writes, same bytes again."""

import pytest
from pydantic import ValidationError

from detente.errors import OptionError
from detente.files.whole import write_bytes
from detente.run import Quantity, Run, Table, read_run, write_run


def make_run(**changes) -> Run:
    base = {
        "schema": 2, "version": "0", "case": "c", "title": "C", "date": "2000-01-01", "seed": 1, "draws": 2,
        "command": "detente analyze c", "inputs": {"case.yaml": "00"}, "model": {"states": 2, "players": 1},
        "quantities": (
            Quantity(id="q", question="q", family="q", label="q", low=0.1, mid=0.2, high=0.3, sign_share=1.0),
        ),
    }  # fmt: skip
    return Run.model_validate({**base, **changes})


def test_round_trip_gives_the_same_run_and_the_same_bytes(tmp_path):
    run = make_run()
    first = write_run(run, tmp_path).read_bytes()
    assert read_run(tmp_path) == run
    assert write_run(read_run(tmp_path), tmp_path).read_bytes() == first
    assert b'"schema": 2' in first


def test_a_number_needs_an_interval_or_a_reason():
    with pytest.raises(ValidationError, match="neither an interval nor a reason"):
        Quantity(id="q", question="q", family="q", label="q", mid=0.2)
    assert Quantity(id="q", question="q", family="q", label="q", mid=0.2, reason_no_interval="one draw").low is None


def test_tables_are_rectangular():
    with pytest.raises(ValidationError, match="1 cells for 2 columns"):
        Table(title="t", columns=("a", "b"), rows=((1,),))


@pytest.mark.parametrize("content", ["", "{}", '{"schema": 2}', "[1]"])
def test_what_is_not_a_run_is_said_with_the_file(tmp_path, content):
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(OptionError, match=r"run\.json.*not a run"):
        read_run(tmp_path)
    with pytest.raises(OptionError, match="no run at"):
        read_run(tmp_path / "nowhere")


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("detente.files.whole.os.fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
