"""`check` reads every file of a folder before anything is computed, and a slip anywhere in it is located."""

import json
import os
import shutil
from pathlib import Path

import pytest
from case_files import CODING, EVENTS, FILES, RECORD, RULES, bound, changed, folder_with, starter
from typer.testing import CliRunner

from detente.case import load_case, read_case
from detente.checks.describe import check
from detente.checks.folder import check_folder
from detente.errors import CaseError, OptionError, RecordError
from detente.files.shipped import shipped_folder
from detente.record import load_record
from detente.record.imports import import_file
from detente.verbs.frame.app import app
from detente.verbs.new import run as new_case
from detente.verdicts.judge import judge
from detente.verdicts.references import known_rules
from detente.verdicts.rules import read_rules


def folder(tmp_path, text=None, **files):
    """The starter with a record, rules and coding; files by name, None for one that is left out."""
    given = {name: content for name, content in {**FILES, **files}.items() if content is not None}
    return folder_with(text or starter(), tmp_path / "made", **given)


def said(checked):
    return [str(d).removeprefix("made/") for d in checked.diagnostics]


def test_a_folder_in_which_all_is_right(tmp_path):
    checked = check_folder(folder(tmp_path))
    assert said(checked) == []
    assert checked.template is not None
    assert checked.record is not None


# ---- rules for claims ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("  c1:\n", "  c9:\n"), "claims_rules.yaml:6:3: the record has no claim 'c9'"),
        (("relapse.5y", "relapse.6y"), "claims_rules.yaml:16:19: unknown quantity 'relapse.6y'; hint: did you mean"),
        (
            ("relapse.5y", "relaps.5y"),
            "claims_rules.yaml:16:19: unknown quantity 'relaps.5y'; hint: did you mean",
        ),
        (("by: both", "by: bth"), "claims_rules.yaml:8:35: unknown actor or side 'bth'; hint: did you mean 'both'"),
        (("[north, south]", "[nroth, south]"), "claims_rules.yaml:4:10: unknown actor 'nroth'"),
        (("truce.withdraw", "truce.withdrew"), "claims_rules.yaml:10:31: unknown commitment 'truce.withdrew'"),
        (("mediator: mediator", "mediator: chair"), "claims_rules.yaml:14:31: unknown mediator 'chair'"),
        (("[fulfilled]", "[fulfiled]"), "text 'fulfiled' here; expected one of pending, fulfilled"),
        (("at_least: 1", "atleast: 1"), "unknown key 'atleast'; hint: did you mean 'at_least'"),
    ],
)
def test_a_slip_in_a_rule_is_an_error_and_never_a_verdict(tmp_path, pair, what):
    where = folder(tmp_path, claims_rules=changed(RULES, pair))
    assert any(what in line for line in said(check_folder(where))), said(check_folder(where))
    case = load_case(where)
    with pytest.raises(CaseError, match=r"claims_rules\.yaml:\d+:\d+: "):
        known_rules(read_rules(where / "claims_rules.yaml", "made"), load_record(where), case)
    result = CliRunner().invoke(app, ["claims", str(where)])
    assert isinstance(result.exception, CaseError)


@pytest.mark.parametrize(
    ("pair", "word"), [(("tags: border", "tags: bordr"), "tag 'bordr'"), (("type: clash", "type: clsh"), "type 'clsh'")]
)
def test_words_that_no_event_bears_are_an_error(tmp_path, pair, word):
    where = folder(tmp_path, claims_rules=changed(RULES, pair))
    found = said(check_folder(where))
    assert len(found) == 1 and f": unknown {word}; hint: did you mean '" in found[0]
    with pytest.raises(CaseError, match=f"unknown {word}"):
        known_rules(read_rules(where / "claims_rules.yaml", "made"), load_record(where), load_case(where))


def test_a_word_that_is_meant_to_be_absent_counts(tmp_path):
    rules = changed(RULES, ("sides:", "unused: [finding]\nsides:"), ("tags: border", "tags: finding"))
    where = folder(tmp_path, claims_rules=rules)
    assert said(check_folder(where)) == []
    record = load_record(where)
    found = judge(read_rules(where / "claims_rules.yaml", "made"), record.as_of(), None, {})
    assert found[0].tests[0].outcome == "fails"


def test_a_test_that_no_event_fits_is_a_warning_unless_that_is_what_it_asks_for(tmp_path):
    apart = ("{type: clash, by: both, tags: border}", "{type: clash, by: mediator}")
    found = said(check_folder(folder(tmp_path, claims_rules=changed(RULES, apart))))
    assert found == ["claims_rules.yaml:8:9: warning: no event of the record fits this test, whatever its date"]
    none = changed(RULES, apart, ("at_least: 1", "at_most: 0"))
    assert said(check_folder(folder(tmp_path, claims_rules=none))) == []


def test_rules_without_a_record(tmp_path):
    parts = {"record__coding": None, **dict.fromkeys(RECORD)}
    found = said(check_folder(folder(tmp_path, **parts)))
    assert found == ["claims_rules.yaml:2:1: warning: rules for claims, but the case has no record"]


# ---- coding -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (
            ("move: north.attack", "move: north.atack"),
            "coding.yaml:9:11: unknown act 'north.atack'; hint: did you",
        ),
        (("process: talks", "proces: talks"), "unknown state variable 'proces'; hint: did you mean 'process'"),
        (("process: talks", "process: talking"), "unknown value 'talking' of 'process'"),
        (("2020-01-01: ceasefire", "2020-01-01: ceasfire"), "coding.yaml:6:23: unknown value 'ceasfire' of 'phase'"),
        (("actors: north", "actors: nroth"), "unknown actor 'nroth'; hint: did you mean 'north'"),
        (("type: meeting", "type: meting"), "warning: no event bears type 'meting'; hint: did you mean 'meeting'"),
        (("type: clash, ", "id: e9, "), "coding.yaml:8:16: the record has no event 'e9'"),
        (("type: clash, actors: north", "type: clash, actors: south"), "coding.yaml:8:5: warning: no event fits this"),
        (("type: statement", "type: clash"), "warning: an earlier rule codes every event that this one fits"),
        (("    why: no act", "    wy: no act"), "unknown key of a rule 'wy'"),
    ],
)
def test_a_slip_in_the_coding_is_said_before_anything_is_computed(tmp_path, pair, what):
    found = said(check_folder(folder(tmp_path, record__coding=changed(CODING, pair))))
    assert any(what in line for line in found), found
    assert all(line.startswith("record/coding.yaml:") for line in found)


def test_a_rule_that_is_meant_to_code_nothing_says_so(tmp_path):
    pair = ("type: clash, actors: north}", "type: clash, actors: south}\n    unused: the same act by the other side")
    assert said(check_folder(folder(tmp_path, record__coding=changed(CODING, pair)))) == []


# ---- what a case binds under questions ----------------------------------------------------------


def test_every_role_is_read_and_moves_are_written_out(tmp_path):
    found = load_case(folder_with(bound(), tmp_path / "made")).questions
    assert found.provocations == {"north": ("north.attack",), "south": ("south.attack",)}
    assert found.reactions == {"mediator": ("mediator.convene",)}
    assert found.joining["north"].join == ("north.accept",)
    assert found.joining["north"].agenda == ("war_cost", 1, 2)
    assert found.joining["north"].up_to == 4
    assert found.encouragement["north"].hostile == ("north.attack",)
    assert found.settle.blockers == ("mediator",)
    assert found.baserate["2020-01-01"].numbers == {"outcome": 2}
    bindings = found.bindings()
    assert bindings["joining"]["north"].keys() == {"at", "join", "deadline", "agenda"}
    assert "up_to" not in bindings["joining"]["north"]


def test_a_list_of_provocations_is_put_down_to_the_actors(tmp_path):
    listed = ("{north: [north.attack], south: [attack]}", "[north.attack, south.attack]")
    found = load_case(folder_with(bound(listed), tmp_path / "made")).questions
    assert found.by_side == found.bindings()["provocations"] == {"north": ("north.attack",), "south": ("south.attack",)}


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("  provoked:", "  provokd:"), "unknown role under 'questions' 'provokd'; hint: did you mean 'provoked'"),
        ((", hostile: attack", ""), "'hostile' is missing; expected hostile moves of the side"),
        (("{hawks: [north.attack]}", "[north.attack]"), "a list here; expected a mapping, one group of moves a line"),
        (("mediators: mediator", "mediators: medaitor"), "unknown actor 'medaitor'; hint: did you mean 'mediator'"),
        (("package: settled", "package: phased"), "nothing is settled under 'phased'"),
        (("south: [attack]", "south: [atack]"), "'south' has no action 'atack'; hint: did you mean 'attack'"),
        (("[north.accept]", "[accept]"), "unknown name 'accept'; expected a move, written actor.action; hint: did you"),
        (("provoked: phase == war", "provoked: phase == wars"), "'wars' is not a value of 'phase'"),
        (("provoked: phase == war", "provoked: war_cost > 1"), "depends on war_cost; expected a condition on states"),
        (("provoked: phase == war", "provoked: 3"), "a number where a condition is needed"),
        (("naming: {north:", "naming: {mediator:"), "no provocation is put down to 'mediator'"),
        (("at: {process: talks}", "at: {process: talk}"), "'talk' is not a value of 'process'"),
        (("deadline: war_cost", "deadline: war_cots"), "unknown parameter 'war_cots'; hint: did you mean 'war_cost'"),
        (("[war_cost, 1, 2]", "[war_cost, 1]"), "a list here; expected [parameter, from, to]"),
        (("[war_cost, 1, 2]", "[war_cots, 1, 2]"), "unknown parameter 'war_cots'"),
        (("join: accept, ", ""), "'join' is missing; expected moves that join"),
        (("blockers: mediator", "blokers: mediator"), "unknown role in settling 'blokers'"),
        (("signatories: [north, south]", "signatories: [nroth]"), "unknown actor 'nroth'"),
        (("outcome: ceasefire", "outcome: truce"), "'truce' is no outcome"),
        (("mediators: mediator", "mediators:"), "nothing here"),
    ],
)
def test_mistakes_in_the_roles_are_located(tmp_path, pair, what):
    text = bound(pair)
    found = read_case(folder_with(text, tmp_path / "made")).errors
    assert [d for d in map(str, found) if what in d], list(map(str, found))
    lines = text.splitlines()
    inside = range(lines.index("questions:") + 2, next(n for n, line in enumerate(lines) if "situations:" in line) + 1)
    assert all(d.line in inside for d in found)


def test_all_mistakes_in_the_roles_come_at_once(tmp_path):
    pairs = (("patrons: [mediator]", "patrons: [chair]"), ("[war_cost, 1, 2]", "[war_cots, 1, 2]"))
    assert len(read_case(folder_with(bound(*pairs), tmp_path / "names")).errors) == 2
    pairs = (("  provoked:", "  provokd:"), ("hostile: attack", "hostle: attack"), ("outcome: c", "outcome: k"))
    assert len(read_case(folder_with(bound(*pairs), tmp_path / "kinds")).errors) == 4


def test_a_side_that_is_no_actor_is_taken_but_a_slip_is_a_warning(tmp_path):
    text = bound(
        ("{north: [north.attack], south", "{the_north: [north.attack], soth"),
        ("soth: [attack]", "soth: [south.attack]"),
        ("  naming: {north: [mediator.convene]}\n", ""),
    )
    case = load_case(folder_with(text, tmp_path / "made"))
    assert set(case.questions.by_side) == {"the_north", "soth"}
    assert ["'soth' is no actor" in d.what for d in case.warnings] == [True]


# ---- accounts, scenarios and other files --------------------------------------------------------

WRONG = "scenario: bad\nparameters: {war_cots: 1}\n"
GOOD = "scenario: good\nparameters: {war_cost: 1}\n"
ACCOUNT = "account: hawks\nin_words: War is cheap.\nparameters: {war_cots: {range: [0, 1]}}\n"


def test_a_wrong_scenario_stops_nothing_but_itself(tmp_path):
    where = folder_with(starter(), tmp_path / "made", scenarios__bad=WRONG, scenarios__good=GOOD)
    case = load_case(where)
    assert set(case.scenarios) == {"good"}
    assert [str(d) for d in case.warnings] == [
        "made/scenarios/bad.yaml:1:1: warning: left out: 1 mistake in it; hint: detente check says which"
    ]
    assert case.override(scenario="good").parameters["war_cost"].mid == 1
    with pytest.raises(CaseError, match=r"made/scenarios/bad\.yaml:2:14: unknown parameter 'war_cots'"):
        case.override(scenario="bad")
    assert said(check_folder(where)) == [
        "scenarios/bad.yaml:2:14: unknown parameter 'war_cots'; hint: did you mean 'war_cost'?"
    ]
    with pytest.raises(CaseError, match=r"scenarios/bad\.yaml:2:14"):
        case.require("scenarios")
    case.require("accounts")
    with pytest.raises(OptionError, match="unknown scenario 'x'"):
        load_case(folder_with(starter(), tmp_path / "other", scenarios__good=GOOD)).override(scenario="x")


def test_a_wrong_account_stops_what_needs_all_accounts(tmp_path):
    case = load_case(folder_with(starter(), tmp_path / "made", accounts__hawks=ACCOUNT))
    assert case.accounts == {}
    with pytest.raises(CaseError, match=r"accounts/hawks\.yaml:3:14: unknown parameter 'war_cots'"):
        case.require("accounts")
    with pytest.raises(CaseError, match=r"accounts/hawks\.yaml:3:14: unknown parameter 'war_cots'"):
        case.account("doves")


def test_two_files_of_one_name(tmp_path):
    where = folder_with(starter(), tmp_path / "made", scenarios__a=GOOD, scenarios__b=GOOD)
    found = said(check_folder(where))
    assert found == ["scenarios/b.yaml:1:11: 'good' is also the name of scenarios/a.yaml; expected another name"]


@pytest.mark.parametrize("kind", ["scenarios", "accounts"])
def test_what_is_no_scenario_or_account_is_said_and_never_a_traceback(tmp_path, kind):
    where = folder_with(starter(), tmp_path / "made")
    inside = where / kind
    inside.mkdir()
    (inside / "empty.yaml").write_text("", encoding="utf-8")
    (inside / "foreign.yaml").write_text("- [1, 2]\n", encoding="utf-8")
    (inside / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (inside / "gone.yaml").symlink_to(where / "nowhere")
    (inside / "folder.yaml").mkdir()
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    found = said(check_folder(where))
    for name, words in (
        ("empty.yaml:1:1", "the file is empty; expected a mapping with"),
        ("foreign.yaml:1:1", "a list here; expected a mapping with"),
        ("binary.yaml:1:1", "byte 0x89 is not UTF-8"),
        ("gone.yaml", "cannot be read: there is no such file"),
        ("folder.yaml", "cannot be read: a folder has this name"),
        ("loop.yaml", "cannot be read: it is a link that leads back to itself"),
    ):
        assert any(line.startswith(f"{kind}/{name}: {words}") for line in found), (name, found)
    assert load_case(where).parameters
    assert CliRunner().invoke(app, ["check", str(where), "--no-solve"]).exit_code == 2


def test_files_that_nothing_reads_are_warnings(tmp_path):
    where = folder(tmp_path, claim_rules="format: 1\n", notes__plan="a: 1\n", scenario__x=GOOD)
    (where / "record" / "event.csv").write_text("id\n", encoding="utf-8")
    (where / "README.md").write_text("words\n", encoding="utf-8")
    found = said(check_folder(where))
    assert [line.split(":")[0] for line in found] == [
        *("claim_rules.yaml", "notes/plan.yaml", "record/event.csv", "scenario/x.yaml"),
    ]
    assert "warning: no part of Detente reads this file" in found[0]
    assert "did you mean 'claims_rules.yaml'" in found[0]
    assert "did you mean 'record/events.csv'" in found[2]


def test_a_mapping_for_imports_is_checked(tmp_path):
    mapping = "mapping: mine\ntitle: A list\ncolumns: {id: no, date: day, tpe: what}\n"
    found = said(check_folder(folder(tmp_path, record__mine=mapping)))
    assert any("unknown target 'tpe'" in line for line in found), found


def test_levers_are_looked_at(tmp_path):
    lever = "levers:\n  aid: {change: {war_cost: [1, 2]}, cost: -1, paid_by: mediator}\nsituations:"
    found = said(check_folder(folder(tmp_path, changed(starter(), ("situations:", lever)))))
    assert any("the cost of lever 'aid' at amount 1 is -1" in line for line in found), found


# ---- a record without a case --------------------------------------------------------------------


def test_a_record_without_a_case_is_checked_as_a_record(tmp_path):
    whole = folder(tmp_path)
    (whole / "case.yaml").unlink()
    report = check(whole)
    assert (report.errors, report.states) == ((), 0)
    assert report.entries == {"sources": 0, "actors": 0, "instruments": 1, "commitments": 1, "events": 3, "claims": 2}
    bare = check(whole / "record")
    assert bare.entries == report.entries
    result = CliRunner().invoke(app, ["check", str(whole)])
    assert result.exit_code == 0
    assert "made: a record without a case: 0 sources" in result.stdout
    found = json.loads(CliRunner().invoke(app, ["check", str(whole), "--json"]).stdout)
    assert found["ok"] and found["entries"]["events"] == 3


def test_a_record_of_nothing_but_an_imported_list_is_one(tmp_path):
    (tmp_path / "mine.yaml").write_text("mapping: mine\ntitle: M\ncolumns: {id: no, date: day, type: what}\n", "utf-8")
    (tmp_path / "list.csv").write_text("no,day,what\nx1,2009-01-01,clash\n", "utf-8")
    (tmp_path / "bare").mkdir()
    import_file(str(tmp_path / "mine.yaml"), tmp_path / "list.csv", tmp_path / "bare")
    result = CliRunner().invoke(app, ["check", str(tmp_path / "bare")])
    assert result.exit_code == 0 and "bare: a record without a case" in result.stdout


def test_files_of_a_record_without_a_case_that_nothing_reads_are_warnings(tmp_path):
    whole = folder(tmp_path, record__event="a: 1\n", record__mine="mapping: mine\ntitle: A list\ncolumns: {id: no}\n")
    for name in ("case.yaml", "claims_rules.yaml"):
        (whole / name).unlink()
    for where in (whole, whole / "record"):
        found = [str(d).partition("record/")[2] for d in check(where).diagnostics]
        assert [
            line for line in found if line.startswith("event.yaml:1:1: warning: no part of Detente reads this file")
        ]
        assert [line for line in found if line.startswith("mine.yaml:3:1: 'date' is missing; expected a column")], found


def test_mistakes_in_a_record_without_a_case(tmp_path):
    whole = folder(tmp_path, record__events=EVENTS.replace("2020-03-01", "2020-13-01"))
    (whole / "case.yaml").unlink()
    assert any("events.yaml" in str(d) for d in check(whole).errors)
    assert CliRunner().invoke(app, ["check", str(whole)]).exit_code == 2


def test_an_empty_folder_is_neither(tmp_path):
    with pytest.raises(CaseError, match=r"no case\.yaml in this folder"):
        check(tmp_path)


def test_a_record_that_cannot_be_read_is_said(tmp_path, monkeypatch):
    where = folder(tmp_path)

    def refused(*_args, **_keywords):
        raise PermissionError(13, "Permission denied", str(where / "record" / "events.csv"))

    monkeypatch.setattr("detente.checks.folder.load_record", refused)
    found = said(check_folder(where))
    assert any("events.csv: cannot be read: you have no permission" in line for line in found)


# ---- numbers at the end of what is possible -----------------------------------------------------


@pytest.mark.parametrize(
    ("written", "at_an_end"),
    [
        ('    range: [0.2, 1]\n    unit: 1/year\n    why: "Talks', "    value: 0\n    range: [0, 0.5]"),
        ("    range: [0.5, 0.9]\n    unit: probability", "    value: 1\n    range: [0.5, 1]"),
    ],
    ids=["a rate of 0", "a probability of 1"],
)
def test_a_value_may_stand_at_the_hard_end_of_its_range(tmp_path, written, at_an_end):
    old = written.partition("\n")[0]
    text = changed(starter(), (written, written.replace(old, at_an_end)))
    report = check(folder_with(text, tmp_path / "made"))
    assert report.diagnostics == ()
    assert report.certified


def test_check_of_a_copy_of_a_shipped_case(tmp_path):
    shutil.copytree(shipped_folder() / "good-friday", tmp_path / "mine")
    assert check_folder(tmp_path / "mine").diagnostics == ()
    (tmp_path / "mine" / "record" / "sources.csv").unlink()
    assert check_folder(tmp_path / "mine").errors


def test_errors_of_a_record_are_record_errors(tmp_path):
    with pytest.raises(RecordError, match=r"coding\.yaml: cannot be read: there is no such file"):
        from detente.evidence.rules import read_coding

        read_coding(tmp_path / "coding.yaml")


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(tmp_path, monkeypatch):
    where = folder(tmp_path, scenarios__good=GOOD)
    inside = Path.iterdir

    def refused(path):
        if path.name in ("scenarios", "record"):
            raise PermissionError(13, "Permission denied", str(path))
        return inside(path)

    monkeypatch.setattr(Path, "iterdir", refused)
    found = said(check_folder(where))
    assert "scenarios: cannot be read: you have no permission; expected a file or folder that you may read" in found
    assert "record: cannot be read: you have no permission; expected a file or folder that you may read" in found
    with pytest.raises(CaseError, match="scenarios: cannot be read"):
        load_case(where).scenario("good")
    monkeypatch.setattr(Path, "iterdir", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(CaseError, match="made: cannot be read: you have no permission"):
        load_case(where)


@pytest.mark.parametrize("name", ["case.yaml", "claims_rules.yaml", "accounts/a.yaml", "scenarios/a.yaml",
                                  "record/coding.yaml", "record/deaths.csv", "record/imported/a.json"])  # fmt: skip
def test_no_file_of_a_case_is_waited_for(name, tmp_path):
    folder = new_case("mine", into=tmp_path)
    (folder / name).unlink(missing_ok=True)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(folder / name)
    found = [str(d) for d in check_folder(folder).errors]
    assert any(f"mine/{name}: cannot be read: it is a pipe, a socket or a device" in words for words in found), found
