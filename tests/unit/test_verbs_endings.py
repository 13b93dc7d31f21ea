"""How a command ends: errors of the system are sentences, an interrupt ends with 130, nobody sees a traceback."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from processes import descendants, survivors, wait_for

from detente.errors import ComputationError, Interrupted, OptionError
from detente.verbs.frame.endings import Ending, ending_of

DETENTE = [sys.executable, "-m", "detente"]


def run(*arguments: str, folder: Path, **more) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [*DETENTE, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True, timeout=120, check=False, **more
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, done.stderr
    return done


@pytest.mark.slow
def test_a_full_disk_for_the_output_is_a_sentence(tmp_path):
    with Path("/dev/full").open("w") as full:
        for verb in (("ask", "--list"), ("record", "claims", "minsk"), ("--help",)):
            done = run(*verb, folder=tmp_path, stdout=full)
            assert done.returncode == 1 and done.stderr.strip().endswith(
                "the output cannot be written: the disk is full"
            )
        assert run(
            "ask", "--list", folder=tmp_path, stdout=full, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        ).returncode


@pytest.mark.slow
def test_a_full_disk_for_what_is_said_is_no_traceback(tmp_path):
    with Path("/dev/full").open("w") as full:
        command = [*DETENTE, "check", "nosuch"]
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=full, timeout=60, check=False)
    assert done.returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize("lines", [0, 1])
def test_a_reader_that_leaves_early_is_no_fault(tmp_path, lines):
    process = subprocess.Popen(
        [*DETENTE, "record", "claims", "minsk", "--format", "json"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(lines):
        process.stdout.readline()
    process.stdout.close()
    told = process.communicate(timeout=60)[1]
    assert process.returncode in ((0, 1) if lines else (1,))  # what came after the first line may fit into the pipe
    assert not any(word in told for word in ("Traceback", "Broken", "Exception ignored"))


def test_a_path_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("x", "utf-8")
    done = run("record", "claims", "minsk", "--format", "md", "--out", "file/x.md", folder=tmp_path)
    assert done.returncode == 2 and "file" in done.stderr and "a file has this name" in done.stderr
    done = run("baserate", "--train", "nosuch.csv", "--predict", "nosuch.csv", "--out", "x.csv", folder=tmp_path)
    assert done.returncode == 2 and "nosuch.csv" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    done = run("record", "claims", "minsk", "--format", "md", "--out", "shut/x.md", folder=tmp_path)
    assert done.returncode == 2 and "you have no permission" in done.stderr


def test_a_port_in_use_is_a_sentence_and_a_missing_case_opens_nothing(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("studio", "toy-process", "--no-browser", "--port", str(taken.getsockname()[1]), folder=tmp_path)
    assert done.returncode == 2 and "another program uses it" in done.stderr
    done = run("studio", "nosuch", "--no-browser", folder=tmp_path)
    assert done.returncode == 2 and "no case 'nosuch'" in done.stderr and "is open" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("piped", [True, False])
@pytest.mark.parametrize("moment", ["loading", "computing"])
def test_an_interrupt_ends_in_order_at_any_moment(tmp_path, moment, piped):
    command = [*DETENTE, "analyze", "toy-process", "--workers", "1", *(["--json"] if piped else [])]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    maps = Path(f"/proc/{process.pid}/maps")
    if moment == "loading":  # the compiled modules of typer's base are among the first that are loaded
        wait_for(lambda: "_json" in maps.read_text("utf-8") or process.poll() is not None)
    else:
        wait_for(lambda: len(descendants(process.pid)) > 1)
    below = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, told = process.communicate(timeout=30)
    # A shell sees 130 for both: where the interrupt meets code that is built from text (as a dataclass is while it is
    # loaded), CPython ends itself by the signal, whatever was caught afterwards.
    assert process.returncode in (130, -signal.SIGINT) and out == "" and "Traceback" not in told
    assert told.strip().splitlines()[-1].startswith(("interrupted", "stopped; finished draws are kept"))
    assert survivors(below) == set()


def test_what_an_error_becomes():
    assert ending_of(OptionError.of("x", "y")) == Ending(2, ("x; expected y",), "x; expected y")
    assert ending_of(ComputationError("no")).code == 1
    assert ending_of(Interrupted("stopped; kept in x")).sentences == ("stopped; kept in x",)
    assert ending_of(KeyboardInterrupt()) == Ending(130, ("interrupted",), "stopped; what was finished is kept")
    try:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            len(None)  # pyright: ignore[reportArgumentType]  (what an interrupt broke on its way)
    except TypeError as error:
        assert ending_of(error).code == 130
    fault = ending_of(TypeError("ours"))
    assert fault.code == 1 and isinstance(fault.fault, TypeError) and "ours" not in fault.told
    assert Ending.of_exit(None).code == 0 and Ending.of_exit(130).sentences == ("interrupted",)
    known = OSError(errno.ENOSPC, "No space left on device", "/somewhere/run.json")
    assert ending_of(known).sentences == (
        "/somewhere/run.json: this cannot be read or written: the disk is full; "
        "expected room on the disk, or another folder",
    )
    assert "/somewhere" not in ending_of(known).told
    assert ending_of(OSError(errno.EIO, "Input/output error")).sentences == (
        "the output cannot be written: input/output error",
    )
    assert ending_of(BrokenPipeError()).sentences == ()


def test_nothing_in_a_file_or_a_name_speaks_to_the_terminal(tmp_path):
    (tmp_path / "m.yaml").write_text('mapping: "n\\eo"\ntitle: T\ncolumns: {id: no, date: day, type: what}\n')
    (tmp_path / "a\x1b[31m.csv").write_text("no;day\n1;2\n")
    (tmp_path / "into").mkdir()
    done = run("import", "m.yaml", "a\x1b[31m.csv", "--into", "into", folder=tmp_path)
    assert done.returncode == 2 and "'n[U+001B]o' cannot be the name of a list" in done.stderr
    (tmp_path / "m.yaml").write_text("mapping: no\ntitle: T\ncolumns: {id: no, date: day, type: what}\n")
    told = run("import", "m.yaml", "a\x1b[31m.csv", "--into", "into", folder=tmp_path).stderr
    assert "a[U+001B][31m.csv:1: no column 'what'" in told and "\x1b" not in told


@pytest.mark.slow
def test_what_a_verb_prints_does_not_speak_to_the_terminal(tmp_path):
    (tmp_path / "events.yaml").write_text('events: {E1: {date: 2000-01-01, typ: "c\\e[31m"}, "\\e": 1}\n')
    done = run("check", ".", folder=tmp_path, stdout=subprocess.PIPE)
    assert done.returncode == 2 and "\x1b" not in done.stdout and "typ" in done.stdout
    told = run("check", ".", "--json", folder=tmp_path, stdout=subprocess.PIPE).stdout
    assert "\x1b" not in told and told.startswith("{")
