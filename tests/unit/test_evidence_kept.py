"""Fits that are kept: read as they were written, fresh while what they rest on is the same, else not used."""

import json
import shutil

import numpy as np
import pytest
from fitted_case import DATE, bent, fitted_case, made_fit, with_fit

from detente.case import load_case
from detente.case.content import content_of_folder
from detente.checks.folder import check_folder
from detente.evidence.fit import Question
from detente.evidence.kept import chosen, files_key, fit_key, fit_name, kept_fit
from detente.evidence.recorded import RecordedCase


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = fitted_case(tmp_path / "small")
    with_fit(folder, DATE, made_fit(folder))
    return folder


def kept(case, name=DATE, account=None, until=DATE):
    return kept_fit(load_case(case), name, account, until)


def edit(case, name, old, new):
    path = case / name
    text = path.read_text("utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_fit_is_read_as_it_was_written(case):
    made, (found, said) = made_fit(case), kept(case)
    assert said == ""
    assert found.fit == made.fit
    assert found.names == made.names
    assert found.values == pytest.approx(made.values, rel=1e-7)
    assert found.part.key == files_key(load_case(case))


def test_the_store_comes_before_the_folder_of_the_case(case, tmp_path):
    other = bent(made_fit(case), solves=77)
    with_fit(case, DATE, other, tmp_path / "detente-out" / "settle_small-evidence" / "fits")
    assert kept(case)[0].fit.solves == 77
    with_fit(case, DATE, bent(other, solves=78), tmp_path / "run" / ".evidence" / "fits")
    assert kept_fit(load_case(case), DATE, until=DATE, out=tmp_path / "run")[0].fit.solves == 78


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("case.yaml", "title: ", "title: Renamed, "),
        ("case.yaml", "\nactors:", "\nnotes: [tried]\nactors:"),
        ("record/events.csv", "raid of 2003-02-01", "a raid in winter"),
        ("accounts/eager.yaml", "in_words: eager", "in_words: keen"),
    ],
)
def test_words_do_not_make_a_fit_stale(case, name, old, new):
    edit(case, name, old, new)
    found, said = kept(case)
    assert said == "" and found.part.key == files_key(load_case(case))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("case.yaml", "discount_rate: 0.1", "discount_rate: 0.11"),
        ("case.yaml", "noise: 0.15", "noise: 0.16"),
        ("record/events.csv", "a,2001-01-01", "a,2001-01-02"),
        ("record/coding.yaml", "recorded_with: [0.5, 0.95]", "recorded_with: [0.4, 0.95]"),
    ],
)
def test_another_game_range_or_record_does(case, name, old, new):
    edit(case, name, old, new)
    found, said = kept(case)
    assert found is None
    assert "of another game, other ranges or another record than today's, not used" in said
    assert "`detente fit settle_small` makes one" in said


def test_what_comes_after_the_date_does_not_count(case):
    with (case / "record" / "events.csv").open("a", encoding="utf-8") as file:
        file.write("z,2007-01-01,raid,mediator,later,s\n")
    assert kept(case)[0] is not None


def test_a_range_of_the_case_counts_but_not_that_of_an_account_it_does_not_use(case):
    edit(case, "accounts/eager.yaml", "0.05", "0.04")
    assert kept(case)[0] is not None
    with_fit(case, fit_name(DATE, "eager"), made_fit(case, account="eager"))
    assert kept(case, fit_name(DATE, "eager"), "eager")[0] is not None
    edit(case, "accounts/eager.yaml", "0.04", "0.03")
    found, said = kept(case, fit_name(DATE, "eager"), "eager")
    assert found is None and "other ranges" in said
    (case / "accounts" / "eager.yaml").unlink()
    assert kept(case, fit_name(DATE, "eager"), "eager")[0] is None


def test_a_changed_case_uses_the_fit_of_its_files(case):
    changed = load_case(case).override({"rent": 0.01})
    found, said = kept_fit(changed, DATE, until=DATE)
    assert found is not None and said == ""
    edit(case, "case.yaml", "title: ", "title: New ")
    assert kept_fit(load_case(case).override({"rent": 0.01}), DATE, until=DATE)[0] is not None


@pytest.mark.parametrize("content", ["chain,log_likelihood\n0,-1\n", "", "a\nb,c\n"])
def test_draws_that_are_none_are_said(case, content):
    (case / "fits" / f"{DATE}.csv").write_text(content, "utf-8")
    found, said = kept(case)
    assert found is None and "not the draws of its fit, not used" in said


def test_numbers_that_are_none_are_said(case):
    path = case / "fits" / f"{DATE}.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:3], lines[3].replace(lines[3].split(",")[3], "nan")]) + "\n", "utf-8")
    assert "not the draws of its fit" in kept(case)[1]


def test_a_fit_of_another_version_is_said(case):
    path = case / "fits" / f"{DATE}.json"
    sheet = json.loads(path.read_text("utf-8"))
    del sheet["part"]["fit"]["date"]
    path.write_text(json.dumps(sheet), "utf-8")
    assert "not a fit that this version of Detente can read, not used" in kept(case)[1]
    (case / "fits" / f"{DATE}.csv").unlink()
    path.write_text(json.dumps(sheet | {"key": "x"}), "utf-8")
    assert kept(case)[0] is None


def test_a_fit_in_the_folder_is_no_part_of_the_case(case):
    before, said = content_of_folder(case), check_folder(case).diagnostics
    shutil.rmtree(case / "fits")
    assert content_of_folder(case) == before and check_folder(case).diagnostics == said


def test_nothing_kept_is_nothing_said(case):
    assert kept(case, "2000-01-01") == (None, "")


def test_names_of_fits():
    assert fit_name(DATE) == DATE
    assert fit_name(DATE, whole=True) == "whole"
    assert fit_name(DATE, "a/b") == f"{DATE}-a-b"
    assert fit_name(DATE, "eager", True) == "whole-eager"


def test_rows_stand_for_the_whole_of_a_fit():
    rows = chosen(20, 400, 3)
    assert len(set(rows)) == 20 and rows == chosen(20, 400, 3) and rows != chosen(20, 400, 4)
    assert sorted(np.diff(sorted(rows))) == pytest.approx([20] * 19, abs=1)
    assert rows != sorted(rows)  # the first few are not all of the first chain
    assert sorted(chosen(500, 40, 0)) == list(range(40))


def test_the_same_game_and_record_give_the_same_likelihood(case):
    """If this fails for a good reason, raise NUMERICS: fits that are kept are then made anew."""
    target = Question(str(case), DATE).target()
    place = target.at(np.zeros(len(target.names)))
    assert place.log == pytest.approx(-21.8671, abs=0.002)


def test_a_key_is_the_same_in_every_process(case):
    recorded = RecordedCase.open(case)
    assert fit_key(recorded, None, DATE) == fit_key(RecordedCase.open(case), None, DATE)
    assert fit_key(recorded, None, DATE) != fit_key(recorded, None, None)
    assert fit_key(recorded, None, DATE) != fit_key(recorded, "eager", DATE)
