"""Writes are whole, and what is no ordinary file is not made one."""

import os
import stat
import threading

import pytest

from detente.errors import FileError
from detente.files.whole import write_bytes


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "real.json").write_text("old", "utf-8")
    (tmp_path / "link.json").symlink_to("real.json")
    (tmp_path / "again.json").symlink_to("link.json")
    write_bytes(tmp_path / "again.json", b"new")
    assert (tmp_path / "again.json").is_symlink() and (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


def test_a_link_to_nothing_makes_what_it_leads_to(tmp_path):
    (tmp_path / "link.json").symlink_to("folder/real.json")
    write_bytes(tmp_path / "link.json", b"new")
    assert (tmp_path / "folder" / "real.json").read_bytes() == b"new" and (tmp_path / "link.json").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_written_to_and_stays_one(tmp_path):
    """Replaced by a file, /dev/null of a machine on which root gave `--out /dev/null` would be lost."""
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_bytes(pipe, b"new")
    reader.join(10)
    assert read == [b"new"] and stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_in_the_way_is_said(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(FileError, match="there"):
        write_bytes(tmp_path / "there", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "there"]
