"""Publishing imported lists: names, what an import may delete, nothing replaced by nothing, and what a kill leaves."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from detente.errors import FileError, OptionError, RecordError
from detente.record import load_record
from detente.record.duplicates import likely
from detente.record.imported import connect, yearly_deaths
from detente.record.imports import import_file
from detente.record.shelf import check_name
from detente.record.staging import PREFIX, staging_folder

MAPPING = "mapping: mine\ntitle: Mine\ncolumns: {id: no, date: day, type: what, best: dead, text: words}\n"
HEADER = "no,day,what,dead,words\n"


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    (tmp_path / "mine.yaml").write_text(MAPPING, "utf-8")
    return str(tmp_path / "mine.yaml")


def table(folder: Path, *rows: str) -> Path:
    path = folder / "list.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), "utf-8")
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "imported").iterdir()}


def test_an_import_touches_no_other_list(mapping: str, tmp_path: Path) -> None:
    file = table(tmp_path, "1,2020-01-01,clash,1,a")
    for name in ("acled", "acled_2024", "acled-2024", "acledx"):
        import_file(mapping, file, tmp_path, name=name)
    (tmp_path / "imported" / "acled.2024.aaaaaaaaaaaa.parquet").write_bytes(b"made by an earlier version")
    (tmp_path / "imported" / "acled.notes.csv").write_text("mine", "utf-8")
    before = files(tmp_path)
    import_file(mapping, table(tmp_path, "2,2020-01-01,clash,1,a"), tmp_path, name="acled")
    after = files(tmp_path)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert all(name.startswith("acled.") for name in changed)
    assert {"acled.2024.aaaaaaaaaaaa.parquet", "acled.notes.csv"} <= after.keys()
    with connect(load_record(tmp_path).as_of()) as connection:
        assert connection.execute('SELECT id FROM "acled"').fetchall() == [("2",)]
        assert connection.execute('SELECT id FROM "acled-2024"').fetchall() == [("1",)]


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "acled.2024", "*", "Acled", "ə", "", "a b", "a/b"])
def test_names_of_lists(mapping: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    file = table(tmp_path, "1,2020-01-01,clash,1,a")
    if name:
        with pytest.raises(OptionError, match="cannot be the name of a list"):
            import_file(mapping, file, tmp_path / "case", name=name)
    (tmp_path / "evil.yaml").write_text(MAPPING.replace("mapping: mine", f"mapping: '{name}'"), "utf-8")
    with pytest.raises(RecordError, match=r"evil\.yaml:1:10: '.*' cannot be the name of a list"):
        import_file(str(tmp_path / "evil.yaml"), file, tmp_path / "case")
    assert not (tmp_path / "case" / "imported").exists()


def test_the_name_of_a_list_of_the_record_is_taken() -> None:
    with pytest.raises(OptionError, match="'events' is the name of one of the record's own lists"):
        check_name("events")


@pytest.mark.parametrize("rows", [(), ("1,soon,clash,1,a",)])
def test_nothing_is_replaced_by_nothing(mapping: str, rows: tuple[str, ...], tmp_path: Path) -> None:
    import_file(mapping, table(tmp_path, "1,2020-01-01,clash,1,a"), tmp_path)
    before = files(tmp_path)
    with pytest.raises(RecordError, match="so nothing was imported or replaced"):
        import_file(mapping, table(tmp_path, *rows), tmp_path)
    assert files(tmp_path) == before


def test_the_difference_is_said(mapping: str, tmp_path: Path) -> None:
    same, changed, gone, added = (
        "1,2020-01-01,clash,1,a",
        "2,2020-01-01,clash,1,a",
        "3,2020-01-01,clash,1,a",
        "4,2020-01-01,x,,",
    )
    first = import_file(mapping, table(tmp_path, same, changed, gone), tmp_path)
    assert first.notes == ()
    again = import_file(mapping, table(tmp_path, gone, same, changed), tmp_path)
    assert again.notes == ("the list 'mine' stays the same",)
    report = import_file(mapping, table(tmp_path, same, changed.replace(",1,a", ",2,a"), added), tmp_path)
    assert report.notes == ("the list 'mine' is replaced: 1 rows added, 1 rows gone, 1 rows changed",)
    assert len(list((tmp_path / "imported").iterdir())) == 3


def test_the_same_file_under_another_mapping_is_another_list(mapping: str, tmp_path: Path) -> None:
    file = table(tmp_path, "1,2020-01-01,clash,1,a")
    one = import_file(mapping, file, tmp_path)
    Path(mapping).write_text(MAPPING.replace("type: what", "type: {constant: war}"), "utf-8")
    other = import_file(mapping, file, tmp_path)
    assert one.file != other.file and not Path(one.file).exists()


def test_an_old_list_that_cannot_be_read_is_replaced(mapping: str, tmp_path: Path) -> None:
    file = table(tmp_path, "1,2020-01-01,clash,1,a")
    Path(import_file(mapping, file, tmp_path).file).write_bytes(b"broken")
    assert "could not be read and is replaced" in import_file(mapping, file, tmp_path).notes[0]
    (tmp_path / "imported" / "mine.json").write_text("{", "utf-8")
    assert "could not be read and is replaced" in import_file(mapping, file, tmp_path).notes[0]
    assert load_record(tmp_path).imported[0].rows == 1


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: next(folder.glob("*.parquet")).unlink(), "the file of this imported list is gone: mine"),
        (lambda folder: (folder / "mine.json").write_text("{"), "not the description of an imported list"),
        (lambda folder: (folder / "mine.json").write_text('{"title": "\\ud800"}'), "not the description of .*U.D800"),
        (
            lambda folder: (folder / "mine.json").write_text("[]"),
            "the description of an imported list without its file and its number of rows",
        ),
        (
            lambda folder: (folder / "mine.json").write_text('{"file": "../x", "rows": 1}'),
            "the description of an imported list without its file",
        ),
    ],
)
def test_a_damaged_list_is_told_with_its_place(damage, words: str, mapping: str, tmp_path: Path) -> None:
    import_file(mapping, table(tmp_path, "1,2020-01-01,clash,1,a"), tmp_path)
    damage(tmp_path / "imported")
    place = "/".join([*tmp_path.parts[-2:], "imported", "mine.json"])
    with pytest.raises(RecordError, match=f"^{place}: {words}.*import the list again"):
        load_record(tmp_path)


def test_a_list_whose_rows_cannot_be_read_is_told(mapping: str, tmp_path: Path) -> None:
    Path(import_file(mapping, table(tmp_path, "1,2020-01-01,clash,1,a"), tmp_path).file).write_bytes(b"broken")
    for ask in (yearly_deaths, likely, connect):
        with pytest.raises(RecordError, match="the file of this imported list cannot be read"):
            ask(load_record(tmp_path).as_of())


def test_lists_of_earlier_versions_are_read(tmp_path: Path) -> None:
    """They have `date_end`, no precision, control characters, and perhaps the year 2205."""
    (tmp_path / "imported").mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 2 AS source_line, 'o1' AS id, DATE '2020-01-01' AS date, DATE '2020-01-03' AS date_end, "
            "'clash' AS type, 'a\x92b' AS text, 'aland' AS actors, 2.0 AS best UNION ALL "
            "SELECT 3, 'o2', DATE '2205-01-01', NULL, 'clash', 'x', 'aland', 2.0) "
            f"TO '{tmp_path}/imported/old.parquet' (FORMAT parquet)"
        )
    about = {"file": "old.parquet", "rows": 2, "last": "2205-01-01"}
    (tmp_path / "imported" / "old.json").write_text(json.dumps(about), "utf-8")
    (tmp_path / "events.csv").write_text("id,date,type,actors,text,best\nE1,2020-01-02,clash,aland,a b,2\n", "utf-8")
    record = load_record(tmp_path)
    assert str(record.as_of().day) == "2020-01-02"
    assert [row[:2] for row in likely(record.as_of("2020-01-03")).rows] == [("E1", "o1")]
    assert yearly_deaths(record.as_of("2020-01-02"))["old"].rows == ()  # still under way
    assert yearly_deaths(record.as_of("2020-01-03"))["old"].rows == ((2020, "clash", 1, None, 2.0, None),)


# ---- processes that die ----------------------------------------------------------------------------------------------


def test_what_a_dead_import_left_is_removed_by_the_next(mapping: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary" / f"{PREFIX}dead").mkdir(parents=True)
    import_file(mapping, table(tmp_path, "1,2020-01-01,clash,1,a"), tmp_path)
    left = tmp_path / "imported" / "mine.0123456789ab.parquet"
    for path in (
        left,
        left.with_name(f".{left.name}.abc_1"),
        left.with_name(".mine.json.xyz"),
        left.with_name("mine.set_aside.csv"),
    ):
        path.write_bytes(b"left")
    (tmp_path / "imported" / ".other.json.xyz").write_bytes(b"of another import")
    import_file(mapping, table(tmp_path, "2,2020-01-01,clash,1,a"), tmp_path)
    assert sorted(path.suffix for path in (tmp_path / "imported").iterdir()) == [".csv", ".json", ".parquet", ".xyz"]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_folder_of_a_living_import_is_left_alone(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with staging_folder() as living:
        with staging_folder() as other:
            assert living.is_dir() and other != living
        assert living.is_dir() and not other.exists()
    assert not living.exists()


def killed_at_random(tmp_path: Path, times: int, seed: int) -> None:
    """Kill imports at random points: the old list stands or the new one, whole, and nothing is left in the end."""
    case, temporary = tmp_path / "case", tmp_path / "temporary"
    for folder in (case, temporary):
        folder.mkdir()
    (tmp_path / "mine.yaml").write_text(MAPPING, "utf-8")
    lists = [tmp_path / f"list{n}.csv" for n in range(2)]
    counts = [3000, 3500]
    for file, count in zip(lists, counts, strict=True):
        bad = f"{count},soon,clash,1,{file.stem}\n"
        file.write_text(HEADER + "".join(f"{n},2020-01-01,clash,1,{file.stem}\n" for n in range(count)) + bad, "utf-8")
    code = "from detente.verbs.frame.app import main; main()"
    random_ = random.Random(seed)

    def start(n: int) -> subprocess.Popen:
        command = [
            sys.executable,
            "-c",
            code,
            "import",
            str(tmp_path / "mine.yaml"),
            str(lists[n]),
            "--into",
            str(case),
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env={**os.environ, "TMPDIR": str(temporary)}, **quiet)

    begun = time.monotonic()
    assert start(0).wait() == 0
    whole = time.monotonic() - begun
    for turn in range(times):
        process = start((turn + 1) % 2)
        time.sleep(random_.uniform(0.85 if turn % 2 else 0.2, 1.05) * whole)  # every other time near the publishing
        process.send_signal(signal.SIGKILL)
        process.wait()
        (one,) = load_record(case).imported
        with connect(load_record(case).as_of()) as connection:
            found = connection.execute("SELECT count(*), min(text), max(text) FROM mine").fetchone()
        assert found in [(count, file.stem, file.stem) for file, count in zip(lists, counts, strict=True)]
        assert (case / "imported" / one.about["set_aside_file"]).read_text("utf-8").count("\n") == 2
    assert start(0).wait() == 0
    assert len(list((case / "imported").iterdir())) == 3 and list(temporary.iterdir()) == []


@pytest.mark.slow
def test_a_kill_leaves_the_old_list_or_the_new_one(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 5, seed=1)


@pytest.mark.slow
@pytest.mark.hours
def test_fifty_kills_leave_the_old_list_or_the_new_one(tmp_path: Path) -> None:
    killed_at_random(tmp_path, 50, seed=2)


# ---- what the system refuses -----------------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_the_old_list_stands(mapping: str, tmp_path: Path, monkeypatch) -> None:
    import_file(mapping, table(tmp_path, "1,2020-01-01,clash,1,a"), tmp_path)
    before = files(tmp_path)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(FileError, match=r"imported/mine\.[0-9a-f]{12}\.parquet: cannot be written: the disk is full"):
        import_file(mapping, table(tmp_path, "2,2020-01-01,clash,1,a"), tmp_path)
    assert files(tmp_path) == before


def test_no_room_to_prepare_is_told(mapping: str, tmp_path: Path, monkeypatch) -> None:
    file = table(tmp_path, "1,2020-01-01,clash,1,a")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(FileError, match="missing: cannot be written: there is no such"):
        import_file(mapping, file, tmp_path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.mkdir(), "a folder has this name"),
        (lambda path: path.symlink_to(path.with_name("gone")), "there is no such file"),
        (lambda path: path.symlink_to(path), "a link that leads back to itself"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(mapping: str, make, words: str, tmp_path: Path) -> None:
    make(tmp_path / "list.csv")
    with pytest.raises(FileError, match=f"list.csv: cannot be read: {words}|it is {words}"):
        import_file(mapping, tmp_path / "list.csv", tmp_path)


def test_a_file_in_place_of_the_folder_is_told(mapping: str, tmp_path: Path) -> None:
    (tmp_path / "imported").write_text("a file", "utf-8")
    with pytest.raises(FileError, match="imported: cannot be written: a file has this name"):
        import_file(mapping, table(tmp_path, "1,2020-01-01,clash,1,a"), tmp_path)


def test_a_new_folder_that_another_import_takes_for_a_dead_one_is_made_again(monkeypatch) -> None:
    made: list[Path] = []
    make = tempfile.mkdtemp

    def removed_at_once(prefix: str) -> str:
        made.append(Path(make(prefix=prefix)))
        if len(made) < 3:
            made[-1].rmdir()
        return str(made[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", removed_at_once)
    with staging_folder() as folder:
        assert folder == made[2] and folder.is_dir()
    assert not folder.exists()
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: "/nonexistent/detente-import-x")
    with pytest.raises(FileError, match="cannot be written"), staging_folder():
        pass


def test_imports_beside_each_other_keep_their_folders() -> None:
    def prepare(n: int) -> bool:
        with staging_folder() as folder:
            (folder / "rows").write_text(str(n), "utf-8")
            return (folder / "rows").read_text("utf-8") == str(n)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(prepare, range(400)))
