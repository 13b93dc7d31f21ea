"""The run folder takes parts in any order, keeps what still holds, and drops the rest with a sentence."""

import itertools
import json
import shutil

import pytest
from recorded_case import EVENTS, recorded_case, write_events

from detente.case import load_case
from detente.checks.fresh import keys
from detente.errors import OptionError
from detente.run import read_run, write_run
from detente.verbs.accounts import run as accounts
from detente.verbs.analyze import run as analyze
from detente.verbs.fit import run as fit
from detente.verbs.frame.folder import combine, join, part_of
from detente.verbs.settle import run as settle


def quick_fit(case, out, note=None):
    """A fit whose chains hardly settle: how well they mix is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("detente.evidence.chains.ROUNDS", 1)
        return fit(case, whole=True, chains=2, steps=40, workers=0, out=out, note=note)


LIMITS = {"risk": 0.3, "share": 0.5}
VERBS = {
    "settle": lambda case, out, note=None: settle(case, quick=True, draws=2, workers=0, out=out, note=note, **LIMITS),
    "accounts": lambda case, out, note=None: accounts(case, quick=True, workers=0, out=out, note=note),
    "fit": quick_fit,
    "analyze": lambda case, out, note=None: analyze(case, draws=2, workers=0, out=out, note=note),
}
PARTS = {"settle": ("settlement",), "accounts": ("accounts",), "fit": ("fit",)}
ANALYSIS = ("answers", "outlook", "record")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case, and a folder to which every verb has added its part, the analysis last."""
    folder = tmp_path_factory.mktemp("made")
    case = recorded_case(folder / "settle_small")
    for verb in VERBS.values():
        verb(case, folder / "out")
    return case, folder / "out"


@pytest.fixture
def copied(made, tmp_path):
    """The same, to be changed."""
    case, out = (shutil.copytree(path, tmp_path / path.name) for path in made)
    return case, out


def parts_of(run, names):
    """A run with only these parts."""
    for name in run.parts.keys() - set(names):
        run = run.without(name)
    return run


def add(case, out, names, note=None):
    """Add what was made for these parts again, as if their verb had been run."""
    run = parts_of(read_run(out), names)
    return join(run, load_case(case), out, note)


def test_all_verbs_leave_their_parts(made):
    _, out = made
    run = read_run(out)
    assert tuple(run.parts) == ("accounts", "answers", "fit", "outlook", "record", "settlement")  # by name
    assert run.command.startswith("detente analyze")
    assert run.settlement and run.accounts and run.fit and run.quantities
    assert {"frontier", "evidence_accounts", "fit_parameters", "values_by_term"} <= set(run.tables)
    assert {"settlement", "accounts", "fit"} <= {section.id for section in run.sections}
    for name in run.tables:
        assert (out / "tables" / f"{name}.csv").is_file()
    assert json.loads((out / "settlement.json").read_text("utf-8"))["finding"] == run.settlement.finding


@pytest.mark.parametrize("order", list(itertools.permutations(VERBS)))
def test_in_whatever_order_the_run_is_the_same(made, order):
    case, out = made
    whole = read_run(out)
    now = keys(load_case(case), whole.date)
    before = None
    for verb in order:
        alone = parts_of(whole, PARTS.get(verb, ANALYSIS))
        if verb != "analyze":  # another verb's head: that of the analysis stands as soon as there is one
            alone = alone.model_copy(update={"command": f"detente {verb}", "draws": 1})
        before = combine(alone, before, now)
    assert before.model_dump_json() == whole.model_dump_json()


@pytest.mark.slow
def test_the_verbs_themselves_in_another_order(made, tmp_path):
    case, out = made
    for verb in reversed(VERBS.values()):
        verb(case, tmp_path)
    assert (tmp_path / "run.json").read_bytes() == (out / "run.json").read_bytes()
    names = sorted(p.relative_to(out) for p in out.rglob("*") if ".evidence" not in p.parts)
    assert names == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if ".evidence" not in p.parts)


def test_a_fit_that_is_made_anew_drops_what_was_drawn_from_the_old_one(made):
    case, out = made
    whole = read_run(out)
    drawn = tuple(q.model_copy(update={"basis": "posterior"}) for q in whole.quantities[:1]) + whole.quantities[1:]
    before, now = whole.model_copy(update={"quantities": drawn}), keys(load_case(case), whole.date)
    part = part_of(whole, "fit")
    bare = parts_of(whole, ())
    for changed, lost in (({"draws": 999}, True), ({}, False), ({"whole": True}, False), ({"account": "eager"}, False)):
        said: list[str] = []
        again = bare.add(part.model_copy(update={"fit": part.fit.model_copy(update=changed)}))
        found = combine(again, before, now, note=said.append)
        assert ("answers" not in found.parts) is lost
        assert [words.split(":")[0] for words in said] == ["answers"] * lost
    assert said == [] and "settlement" in found.parts


def test_a_part_is_taken_apart_and_put_together_again(made):
    _, out = made
    run = read_run(out)
    for name in run.parts:
        assert part_of(run.add(part_of(run, name)), name) == part_of(run, name)


def test_an_edited_record_drops_what_rests_on_it_and_its_files(copied):
    case, out = copied
    write_events(case, EVENTS[:-1])
    said = []
    add(case, out, PARTS["settle"], said.append)
    run = read_run(out)
    assert tuple(run.parts) == ("settlement",)  # the search never looks at the record
    dropped = {sentence.split(":")[0]: sentence for sentence in said}
    assert set(dropped) == {"answers", "record", "outlook", "accounts", "fit"}
    assert "`detente fit settle_small --date 2000-01-01" in dropped["fit"]
    assert {p.stem for p in (out / "tables").iterdir()} == {"quantities", "assumptions", "frontier", "relaxations"}


def test_an_edited_case_drops_the_settlement(copied):
    case, out = copied
    path = case / "case.yaml"
    path.write_text(path.read_text("utf-8").replace("range: [0.2, 0.6]", "range: [0.2, 0.5]", 1), "utf-8")
    said = []
    add(case, out, ANALYSIS, said.append)
    run = read_run(out)
    assert tuple(run.parts) == ANALYSIS
    assert [sentence.split(":")[0] for sentence in said] == ["accounts", "fit", "settlement"]
    assert not (out / "settlement.json").exists() and not (out / "tables" / "frontier.csv").exists()
    assert not run.sections or {s.part for s in run.sections} <= set(ANALYSIS)


def test_a_file_of_the_case_that_is_gone_is_gone_from_the_folder(copied):
    case, out = copied
    assert (out / "inputs" / "accounts" / "eager.yaml").is_file()
    (case / "accounts" / "eager.yaml").unlink()
    VERBS["settle"](case, out)
    assert not (out / "inputs" / "accounts" / "eager.yaml").exists()


def test_a_foreign_run_cannot_have_files_outside_removed(copied):
    case, out = copied
    victim = out.parent / "victim.csv"
    victim.write_text("mine", "utf-8")
    run = read_run(out)
    write_run(run.model_copy(update={"inputs": {**run.inputs, "../../victim.csv": "x"}}), out)
    join(parts_of(run, ANALYSIS), load_case(case), out)
    assert victim.read_text("utf-8") == "mine"


def test_another_case_or_date_is_in_the_way_of_less_than_an_analysis(copied):
    case, out = copied
    run = read_run(out)
    write_run(run.model_copy(update={"date": "1999-01-01"}), out)
    with pytest.raises(OptionError, match=r"holds a run of settle_small at 1999-01-01; .*name another with --out"):
        join(parts_of(run, PARTS["settle"]), load_case(case), out)
    said = []
    join(parts_of(run, ANALYSIS), load_case(case), out, said.append)
    assert said == [f"{out} holds a run of settle_small at 1999-01-01; replaced"]
    assert read_run(out).settlement is None and not (out / "settlement.json").exists()


def test_a_run_of_another_version_is_replaced_by_an_analysis_only(copied):
    case, out = copied
    run = read_run(out)
    (out / "run.json").write_text('{"schema": 1}', "utf-8")
    with pytest.raises(OptionError, match=r"run\.json: a run of schema 1; expected schema 2"):
        join(parts_of(run, PARTS["fit"]), load_case(case), out)
    said = []
    join(parts_of(run, ANALYSIS), load_case(case), out, said.append)
    assert len(said) == 1 and said[0].endswith("; replaced")
    assert tuple(read_run(out).parts) == ANALYSIS


@pytest.mark.slow
def test_an_analysis_takes_up_what_was_kept_beside_the_draws(made, tmp_path, monkeypatch):
    """`accounts` and `fit` without --out keep their results with the case; an analysis of any date finds them."""
    case, out = made
    monkeypatch.chdir(tmp_path)
    VERBS["accounts"](case, None)
    VERBS["fit"](case, None)
    run = analyze(case, draws=2, workers=0, out=tmp_path / "elsewhere")
    assert run.accounts == read_run(out).accounts
    assert run.fit == read_run(out).fit
    left = {path.name for path in (tmp_path / "detente-out").iterdir()}
    assert left == {".cases", "settle_small-2000-01-01", "settle_small-evidence"}
