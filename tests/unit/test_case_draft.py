"""The draft of Minsk's second model: what it changes of the shipped case, laid over it."""

import shutil
from pathlib import Path

import pytest

from detente.answers.frame import frame_of
from detente.case import load_case
from detente.checks.describe import check
from detente.files.shipped import shipped_folder
from detente.game import compile_case

DRAFT = Path(__file__).resolve().parents[2] / "benchmarks" / "minsk-0.2"
MOST_STATES = 5000  # so that a fit stays a matter of minutes


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    folder = tmp_path_factory.mktemp("draft") / "minsk"
    shutil.copytree(shipped_folder() / "minsk", folder)
    shutil.copytree(DRAFT, folder, dirs_exist_ok=True)
    return folder


def test_it_is_right_with_the_record_of_today_and_explains_every_asymmetry(draft):
    report = check(draft, solve=False, mirror=("armenia", "azerbaijan"))
    assert report.errors == ()
    assert not [d for d in report.diagnostics if "asymmetry" in d.hint or "no reason" in d.what]
    assert len(report.asymmetries) > 20 and all(one.why for one in report.asymmetries)
    assert report.states < MOST_STATES
    assert report.objections == len(load_case(draft).actors)


def test_texts_and_the_karabakh_authorities_belong_to_dates(draft):
    template = compile_case(load_case(draft))
    frames = {day: frame_of(template, day) for day in template.case.situations}
    later = ("2021-08-05", "2023-09-18", "2025-08-08")
    assert {day for day, frame in frames.items() if list(frame.settled) == ["comprehensive"]} == set(later)
    assert {day: frame.absent for day, frame in frames.items() if frame.absent} == {later[-1]: {"karabakh"}}


def test_it_holds_only_what_differs():
    files = {path: shipped_folder() / "minsk" / path.relative_to(DRAFT) for path in DRAFT.rglob("*") if path.is_file()}
    assert files
    assert not [path for path, own in files.items() if own.is_file() and own.read_bytes() == path.read_bytes()]
