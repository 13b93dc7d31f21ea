"""The run: strict types, whole writes, same bytes again, parts in any order."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from synthetic_run import empty_run, make_run

from detente.errors import OptionError
from detente.files.whole import write_bytes
from detente.run import (
    Bar,
    Claim,
    Happening,
    Ledger,
    Part,
    Picture,
    Public,
    Quantity,
    Ref,
    Run,
    Section,
    Table,
    Timeline,
    read_run,
    write_run,
)
from detente.run.tables import all_tables


def number(id: str, **more) -> Quantity:
    return Quantity(
        **{"id": id, "question": "q", "family": "q", "label": "q", "low": 0.1, "mid": 0.2, "high": 0.3, **more}
    )


def table(title: str = "t", **more) -> Table:
    return Table(**{"title": title, "columns": ("a",), "rows": ((1,), (2,)), **more})


def part(name: str, **more) -> Part:
    return Part(**{"name": name, "key": f"key of {name}", "command": f"detente {name} c", **more})


TIMELINE = Timeline(day="2000-01-01", events=(Happening(id="E1", date="1999-01-01", type="war", text="War"),))
LEDGER = Ledger(day="2000-01-01", bars=(Bar(commitment="i.c", state="open", made="1990", touched="1990", end="2000"),))
CLAIM = Claim(id="C1", claim="They did.", by="someone", kind="factual", verdict="mixed")


def test_round_trip_gives_the_same_run_and_the_same_bytes(tmp_path):
    run = make_run()
    first = write_run(run, tmp_path).read_bytes()
    assert read_run(tmp_path) == run
    assert write_run(read_run(tmp_path), tmp_path).read_bytes() == first
    assert b'"schema": 2' in first


def test_the_keys_that_programs_rely_on_are_there(tmp_path):
    data = json.loads(write_run(make_run(), tmp_path).read_text("utf-8"))
    assert {"schema", "case", "date", "seed", "draws", "inputs", "warnings", "model", "solution"} <= data.keys()
    assert {"states", "players"} <= data["model"].keys()
    assert {"certified", "residual"} <= data["solution"].keys()
    keys = {"id", "actor", "unit", "low", "mid", "high", "sign_share", "assumptions", "basis", "rests_on", "branch"}
    assert all(keys <= quantity.keys() for quantity in data["quantities"])


def test_a_number_needs_an_interval_or_a_reason():
    with pytest.raises(ValidationError, match="neither an interval nor a reason"):
        number("q", low=None)
    assert number("q", low=None, reason_no_interval="one draw").low is None


def test_tables_are_rectangular_and_say_one_thing_per_row():
    with pytest.raises(ValidationError, match="1 cells for 2 columns"):
        Table(title="t", columns=("a", "b"), rows=((1,),))
    with pytest.raises(ValidationError, match="`rests_on` has not one entry per row"):
        table(rests_on=((),))
    with pytest.raises(ValidationError, match="`confidential` has not one entry per row"):
        table(confidential=(True,))
    rests = ((Ref(kind="event", id="E1"),), ())
    kept = table(rests_on=rests, confidential=(True, False)).kept([1])
    assert (kept.rows, kept.rests_on, kept.confidential) == (((2,),), ((),), (False,))


# ---- parts ---------------------------------------------------------------------------------------------------------


def parts() -> list[Part]:
    return [
        part("answers", quantities=(number("q.a"), number("q.b")), tables={"curve": table()}, warnings=("w",),
             sections=(Section(id="s", title="S", quantities=("q.a",)),)),
        part("record", timeline=TIMELINE, ledger=LEDGER, tables={"response": table()},
             public=Public(timeline=TIMELINE)),
        part("claims", claims=(CLAIM,), public=Public(claims=(CLAIM,))),
        part("outlook", quantities=(number("base.5y"),), sections=(Section(id="o", title="O", rank=100),)),
    ]  # fmt: skip


def test_every_order_of_parts_gives_the_same_run():
    runs = []
    for order in itertools.permutations(parts()):
        run = empty_run()
        for one in order:
            run = run.add(one)
        runs.append(run)
    assert all(run == runs[0] for run in runs)
    dumps = {run.model_dump_json() for run in runs}
    assert len(dumps) == 1
    assert [s.id for s in runs[0].sections] == ["o", "s"]
    assert {s.id: s.part for s in runs[0].sections} == {"o": "outlook", "s": "answers"}
    assert runs[0].parts["claims"].content == ("claims",)


@given(st.lists(st.sampled_from(["answers", "record", "claims", "outlook"]), max_size=8))
def test_what_a_part_had_brought_goes_when_it_comes_again_or_is_taken_out(names):
    by_name = {one.name: one for one in parts()}
    run = empty_run()
    for name in names:
        run = run.add(by_name[name])
    for name in names:
        run = run.without(name)
    assert run == empty_run()


def test_a_part_that_comes_again_leaves_nothing_stale():
    run = empty_run()
    for one in parts():
        run = run.add(one)
    less = run.add(part("answers", quantities=(number("q.a", mid=0.25),)))
    assert {q.id for q in less.quantities} == {"q.a", "base.5y"}
    assert less.quantity("q.a").mid == 0.25
    assert "curve" not in less.tables
    assert [s.id for s in less.sections] == ["o"]
    assert less.warnings == ()
    bare = less.add(part("record")).add(part("claims"))
    assert (bare.timeline, bare.ledger, bare.claims, bare.public) == (None, None, (), {})
    assert less.part_of("timeline") == "record"
    assert bare.part_of("timeline") == ""


def test_two_parts_cannot_bring_the_same():
    run = empty_run()
    for one in parts():
        run = run.add(one)
    for bad, named in (
        (part("x", quantities=(number("q.a"),)), "q.a"),
        (part("x", tables={"curve": table()}), "curve"),
        (part("x", sections=(Section(id="s", title="S"),)), "s"),
        (part("x", claims=(CLAIM,)), "claims"),
        (part("x", timeline=TIMELINE), "timeline"),
    ):
        with pytest.raises(ValueError, match=f"part 'x' brings what another part has: {named}$"):
            run.add(bad)
    assert run.add(part("record", timeline=TIMELINE)).timeline == TIMELINE


def test_unknown_keys_are_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Run.model_validate({**json.loads(empty_run().model_dump_json(by_alias=True)), "colour": "blue"})


# ---- pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        ({"shape": "band"}, "nothing to draw as 'band'; expected a table"),
        ({"shape": "band", "quantities": ("a",)}, "nothing to draw as 'band'"),
        ({"shape": "intervals"}, "nothing to draw as 'intervals'; expected a table or quantities"),
        (
            {"shape": "bars", "table": "t", "roles": {"y": "b"}},
            "no role 'y' in the shape 'bars'; expected one of label, x",
        ),
        ({"shape": "ledger", "roles": {"x": "b"}}, "no role 'x' in the shape 'ledger'; expected none"),
        ({"shape": "pie", "table": "t"}, "Input should be 'intervals'"),
    ],
)
def test_pictures_that_cannot_be_drawn_are_refused(picture, message):
    with pytest.raises(ValidationError, match=message):
        Picture(title="p", **picture)


def test_a_picture_of_a_table_needs_its_columns():
    picture = Picture(shape="band", title="p", table="curve", roles={"x": "years"})
    section = Section(id="s", title="S", pictures=(picture,))
    with pytest.raises(ValidationError, match="table 'curve' has no column 'low', which its picture 'p' draws"):
        part("answers", tables={"curve": Table(title="t", columns=("years",), rows=())}, sections=(section,))
    columns = ("years", "low", "mid", "high")
    assert part("answers", tables={"curve": Table(title="t", columns=columns, rows=())}, sections=(section,))


def test_models_that_are_lists_come_out_as_tables():
    run = empty_run().add(part("record", timeline=TIMELINE, ledger=LEDGER)).add(part("claims", claims=(CLAIM,)))
    tables = all_tables(run)
    assert list(tables) == ["quantities", "assumptions", "timeline", "ledger", "forgotten", "claims"]
    assert tables["timeline"].column("event") == ("E1",)
    assert tables["ledger"].column("commitment") == ("i.c",)
    assert tables["forgotten"].rows == ()
    assert tables["claims"].column("verdict") == ("mixed",)


# ---- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"run\.json:1:1: not JSON: Expecting value; expected a folder that `detente analyze` wrote"),
        (b'{"a": }', r"run\.json:1:7: not JSON: Expecting value"),
        (b"{}", r"run\.json: not a run: it has no `schema`"),
        (b"[1]", r"run\.json: not a run: it has no `schema`"),
        (b'{"id": "1", "state": "running", "order": {"kind": "analyze"}}', r"not a run: it has no `schema`"),
        (b"\xff\xfe", r"run\.json: cannot be read: .*utf-8"),
        (b'{"schema": 2}', r"run\.json: not a run: version: Field required"),
        (b'{"schema": 1}', r"a run of schema 1; expected schema 2; hint: run `detente analyze CASE --date DATE` again"),
        (
            b'{"schema": 1, "case": "minsk", "date": "2021-08-05"}',
            r"a run of schema 1; .*run `detente analyze minsk --date 2021-08-05` again",
        ),
        (
            b'{"schema": 1, "command": "detente analyze minsk --date 2021-08-05 --draws 40 --seed 3"}',
            r"run `detente analyze minsk --date 2021-08-05 --draws 40 --seed 3` again",
        ),
        (b'{"schema": 3}', r"a run of schema 3; expected schema 2"),
        (b'{"schema": "2"}', r"a run of schema '2'; expected schema 2"),
        (b"[" * 100_000, r"run\.json.*(nested too deep|not JSON)"),
    ],
)
def test_what_is_not_a_run_is_said_with_the_file_and_the_command(tmp_path, content, message):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(OptionError, match=message):
        read_run(tmp_path)


def test_a_folder_without_a_run_is_said(tmp_path):
    with pytest.raises(OptionError, match=r"no run at .*nowhere; expected a folder that `detente analyze` wrote"):
        read_run(tmp_path / "nowhere")
    (tmp_path / "run.json").mkdir()
    with pytest.raises(OptionError, match=r"run\.json: cannot be read: a folder has this name"):
        read_run(tmp_path)


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
