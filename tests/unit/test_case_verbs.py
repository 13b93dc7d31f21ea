import importlib.util
import json

import jsonschema
import pytest
from case_files import PACKAGES, changed, folder_with, starter
from typer.testing import CliRunner

from detente.case import load_case, shipped_cases
from detente.case.entries import CaseFile
from detente.checks.describe import check
from detente.checks.schema import FILES, schema_of_files
from detente.errors import CaseError, Diagnostic, FileError, OptionError
from detente.files.shipped import shipped_folder
from detente.files.validate import read_file
from detente.files.whole import write_bytes
from detente.files.yaml import parse_yaml, read_yaml
from detente.verbs.doctor import run as doctor
from detente.verbs.frame.app import app
from detente.verbs.new import run as new
from detente.verbs.schema import run as schema

PLANTED = (
    ("    war: -war_cost * (phase == war)", "    war: -war_cots * (phase == war)"),
    ("when: process == talks\n", "when: process == talks and process == dormant\n"),
    ("{control: +1 stop}", "{control: +1}"),
    ("- {p: 1 - heeded}", "- {p: 1.1 - heeded}"),
    ("labels: {en: Mediator}}", "labels: {en: Mediator}}\n  mediator: {kind: party}"),
    ("then: {process: accepted_by_south}", "then: {proces: accepted_by_south}"),
    ("    cost: convene_cost", "    cost: [convene_cost]"),
    (
        "2024-01-01: {phase: ceasefire, control: half, process: dormant}",
        "2024-01-01: {phase: ceasefire, control: half}",
    ),
    (
        'range: [0.1, 0.5]\n    unit: value/year\n    why: "Trade',
        'range: [0.5, 0.1]\n    unit: value/year\n    why: "Trade',
    ),
    ("kind: party, labels: {en: South}", "kind: partie, labels: {en: South}"),
)


def test_ten_planted_mistakes_give_ten_located_messages(tmp_path):
    text = starter()
    lines = []
    for old, planted in PLANTED:
        text = changed(text, (old, planted))
    for _, planted in PLANTED:
        at = text.index(planted) + (planted.index("\n") + 1 if planted.count("\n") and "kind: party}" in planted else 0)
        lines.append(text[:at].count("\n") + 1)
    lines[PLANTED.index(("- {p: 1 - heeded}", "- {p: 1.1 - heeded}"))] -= (
        1  # what is wrong is the sum: said at the first outcome
    )
    report = check(folder_with(text, tmp_path / "bad"))
    assert sorted(d.line for d in report.errors) == sorted(lines)
    assert len(report.errors) == 10
    assert all(d.file == "bad/case.yaml" and d.column > 0 and d.what for d in report.errors)
    words = "\n".join(map(str, report.errors))
    for piece in (
        "unknown name 'war_cots'; hint: did you mean 'war_cost'?",
        "the condition of north.accept is never true",
        "'control: +1' leaves the scale",
        "probabilities sum to 1.1",
        "key 'mediator' stands twice",
        "unknown state variable 'proces' in an effect; hint: did you mean 'process'?",
        "hint: quote this expression",
        "situation 2024-01-01 leaves out process",
        "range of 'dividend': the numbers must go from low to high",
        "'partie' here; expected one of party",
    ):
        assert piece in words


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("parameters:", "parameters:\n  spare: {range: [0, 1], why: w, basis: judgement}\n#"), "'spare' is idle"),
        (('    why: "Price at home of accepting terms, and again of signing."\n', ""), "'concession' has no why"),
        (("    basis: judgement\n  dividend", "  dividend"), "'war_cost' has no basis"),
        (("[dormant, talks,", "[dormant, lost, talks,"), "value 'lost' of 'process' is never reached"),
        (
            ("  mediator:\n    standing", "  mediator:\n    gone: 0 * standing\n    standing"),
            "payoff 'gone' of mediator is idle: zero",
        ),
        (
            ("  mediator:\n    standing", "  mediator:\n    fixed: 3\n    standing"),
            "payoff 'fixed' of mediator is idle: the same",
        ),
        (("play:", "play:\n  shocks: reference\n  tempo: 1"), "reference rates of mediator come near its tempo"),
        (("2020-01-01:", "1980-01-01:"), "span 44 years"),
        (
            ("when: phase != war\n", "when: phase == peace and process == talks\n"),
            "is true in no state that can be reached",
        ),
        (("- {p: heeded, process: talks}\n", "- {p: heeded, process: dormant}\n"), "changes nothing in any state"),
        (("phase:   {values", "mood: {values: [good, bad]}\n  phase:   {values"), "'mood'"),
    ],
)
def test_what_is_doubtful_is_a_warning(tmp_path, pair, what):
    text = changed(starter(), pair)
    if pair[0].startswith("phase:   "):
        text = text.replace("process: dormant}\n", "process: dormant, mood: good}\n").replace(
            "peace, process: dormant, mood: good}", "peace, process: dormant}"
        )
    report = check(folder_with(text, tmp_path / "case"), solve=False)
    assert not report.errors, [str(d) for d in report.errors]
    assert any(what in d.what for d in report.warnings), [str(d) for d in report.warnings]


def test_ranges_are_looked_at_to_their_ends(tmp_path):
    wide = (
        (
            "- {p: heeded, process: talks}\n        - {p: 1 - heeded}",
            "- {p: standing * 4, process: talks}\n        - {p: 1 - standing * 4}",
        ),
    )
    found = check(folder_with(changed(starter(), *wide), tmp_path / "case"), solve=False).errors
    assert any("probability 1.2" in d.what for d in found), [str(d) for d in found]
    assert all(d.line in (starter().count("\n", 0, starter().index("- {p: heeded")) + n for n in (1, 2)) for d in found)


def test_a_parameter_that_moves_only_the_irrelevant_is_idle():
    warnings = [d.what for d in check("toy-process", solve=False).warnings]
    assert any("'government' matters to nothing" in w for w in warnings)
    assert any("'domestic' is idle" in w for w in warnings)


def test_check_tells_what_the_game_is_like(tmp_path):
    report = check(folder_with(starter(), tmp_path / "case"))
    assert (report.states, report.combinations, report.players) == (18, 36, ("north", "south", "mediator"))
    assert report.certified
    assert report.seconds is not None
    assert {r.actor: r.peace for r in report.reasons} == pytest.approx(dict.fromkeys(report.players, 0.0), abs=0.01)
    assert all(0 <= r.otherwise < 0.05 for r in report.reasons)
    assert set(report.importance) == {"phase", "control", "process"}
    assert all(0 <= share <= 1 for share in report.importance.values())
    assert list(report.importance.values()) == sorted(report.importance.values())


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_check_on_the_command_line(tmp_path):
    good, bad = folder_with(starter(), tmp_path / "good"), folder_with("a: [", tmp_path / "bad")
    result = run("check", str(good), "--no-solve")
    assert result.exit_code == 0
    assert "18 states of 36 combinations" in result.stdout
    result = run("check", str(bad), "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert not found["ok"]
    assert found["diagnostics"][0]["line"] == 1


def test_sources_are_looked_up_in_the_record(tmp_path):
    named = ("    basis: judgement\n  dividend", "    sources: [BOOK, OTHER]\n  dividend")
    folder = folder_with(changed(starter(), named), tmp_path / "case")
    found = check(folder, solve=False)
    assert [d.what for d in found.warnings] == [
        f"source '{s}' is named, but the case has no record" for s in ("BOOK", "OTHER")
    ]
    (folder / "record").mkdir()
    (folder / "record" / "sources.csv").write_text("id,title\nBOOK,A book\n", encoding="utf-8")
    assert [d.what for d in check(folder, solve=False).errors] == ["source 'OTHER' is not in the record"]
    rows = "id,date,type,sources\nE1,1970-01-01,meeting,BOOK\nE2,2010-01-01,meeting,BOOK\n"
    (folder / "record" / "events.csv").write_text(rows, encoding="utf-8")
    assert any("record span 40 years" in d.what for d in check(folder, solve=False).warnings)


def test_mistakes_in_the_record_are_reported_too(tmp_path):
    folder = folder_with(starter(), tmp_path / "case", record__sources="sources: [1, 2]\n")
    found = check(folder, solve=False).errors
    assert found
    assert all("record/sources.yaml" in d.file for d in found)


def test_a_local_folder_that_hides_a_shipped_case_is_noted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder_with(starter(), tmp_path / "minsk")
    result = run("check", "minsk", "--no-solve")
    assert "not the shipped case" in result.stderr
    assert "18 states" in result.stdout


def test_new_writes_a_starter_that_checks_and_never_overwrites(tmp_path):
    folder = new("mine", into=tmp_path)
    assert load_case(folder).name == "mine"
    assert not check(folder, solve=False).diagnostics
    before = (folder / "case.yaml").read_bytes()
    with pytest.raises(OptionError, match="is there already"):
        new("mine", into=tmp_path)
    assert (folder / "case.yaml").read_bytes() == before


@pytest.mark.parametrize("name", ["", "..", "a/b", ".x", "\u0430", "a" * 65])
def test_names_that_are_no_folder(tmp_path, name):
    with pytest.raises(OptionError, match="cannot be the name of a case"):
        new(name, into=tmp_path)


def test_new_copies_a_shipped_case_whole(tmp_path):
    folder = new("mine", "toy-process", tmp_path)
    case, original = load_case(folder), load_case("toy-process")
    assert (case.name, set(case.files)) == ("mine", set(original.files))
    assert set(case.scenarios) == set(original.scenarios)
    with pytest.raises(CaseError, match="did you mean 'toy-process'"):
        new("other", "toy-proces", tmp_path)
    assert not (tmp_path / "other").exists()


def test_doctor_finds_what_works(tmp_path):
    findings = doctor(tmp_path)
    assert all(f.ok for f in findings if f.needed), [f for f in findings if not f.ok]
    assert {"solve", "write", "shipped cases", "extra pdf"} <= {f.what for f in findings}
    assert list(tmp_path.iterdir()) == []


def test_doctor_names_what_is_missing(tmp_path, monkeypatch):
    load, find = importlib.import_module, importlib.util.find_spec

    def gone(name, package=None):
        if name == "duckdb":
            raise ImportError(f"No module named '{name}'")
        return load(name, package)

    before = {f.what for f in doctor(tmp_path) if not f.ok}
    monkeypatch.setattr(importlib, "import_module", gone)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "docx" else find(name))
    bad = {f.what: f for f in doctor(tmp_path) if not f.ok}
    assert set(bad) - before == {"extra word", "duckdb"}
    assert "pip install 'detente[word]'" in bad["extra word"].words
    assert not bad["extra word"].needed


def test_doctor_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    bad = [f.what for f in doctor(tmp_path / "file") if f.needed and not f.ok]
    assert bad == ["write"]


VALID = {name: (shipped_folder() / name / "case.yaml").read_text(encoding="utf-8") for name in shipped_cases()}
VALID |= {"starter": starter(), "pact": PACKAGES}


def schema_of(name):
    """JSON Schema of one of the files of a folder."""
    whole = schema_of_files()
    ref = next(one["$ref"] for one in whole["oneOf"] if one["title"] == name)
    return {"$defs": whole["$defs"], "$ref": ref}


@pytest.mark.slow
@pytest.mark.parametrize("name", VALID)
def test_the_schema_accepts_what_the_language_accepts(name):
    jsonschema.validate(parse_yaml(VALID[name], name).data, schema_of("case.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_the_schema_accepts_every_shipped_file(file):
    found = list(shipped_folder().glob(f"*/{file}"))
    assert found
    for path in found:
        jsonschema.validate(read_yaml(path).data, schema_of(file))


@pytest.mark.slow
@pytest.mark.parametrize(
    "pair",
    [
        ("format: 1", "format: 2"),
        ("kind: mediator", "kind: referee"),
        ("title: A case", "titel: A case"),
        ("range: [0.5, 2]", "range: [0.5]"),
        ("range: [0.5, 2]", "range: a"),
        ("cost: 0.2\n", "cost: [1]\n"),
        ("2024-06-01: {", "2024-06: {"),
        ("{when: talks == yes and text == none, then", "{wen: talks == yes, then"),
        ("decays: 5 years", "decays: [5]"),
        ("{p: 1 - part}", "{q: 1 - part}"),
        ("rate: 1}\n  lapse", "rates: 1}\n  lapse"),
        ("tempo: {north: 52", "tempo: {north: 0"),
        ("options: [open, guarded, shut]", "options: [open]"),
        ("prior: {beta", "prior: {betta"),
        ("table_small", "table-small"),
    ],
)
def test_the_schema_refuses_what_the_language_refuses(pair):
    document = parse_yaml(changed(PACKAGES, pair), "case.yaml")
    assert read_file(CaseFile, document)[1].errors
    with pytest.raises(jsonschema.ValidationError, match=r"is not|does not|too short|expected|required|less than"):
        jsonschema.validate(document.data, schema_of("case.yaml"))


def test_schema_is_json_schema(tmp_path):
    found = json.loads(schema(tmp_path / "schema.json"))
    assert found == json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == schema_of_files()
    jsonschema.Draft202012Validator.check_schema(found)
    for name, definition in found["$defs"].items():
        assert definition["title"] and definition["description"], name
        for key, field in definition["properties"].items():
            assert field["description"], (name, key)


def test_a_copy_that_cannot_be_written_leaves_no_half_a_case(tmp_path, monkeypatch):
    """The disk was full: half of it stood there, and a second try was refused as "is there already"."""
    written = []

    def full(path, content):
        if len(written) == 2:
            raise FileError(Diagnostic("no room", "", ""))
        written.append(path)
        write_bytes(path, content)

    monkeypatch.setattr("detente.verbs.new.write_bytes", full)
    with pytest.raises(FileError):
        new("mine", "minsk", tmp_path)
    assert len(written) == 2 and list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert (new("mine", "minsk", tmp_path) / "record" / "events.csv").is_file()
