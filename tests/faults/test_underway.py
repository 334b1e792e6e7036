"""What a killed run has left is known at the next start, and nothing else is touched."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder import scratch
from autograder.running.underway import FOLDER, UnderWay, take_up


@pytest.fixture
def folders(tmp_path):
    """Three autograded folders, each with a notebook."""
    made = [tmp_path / "autograded" / student / "backprop" for student in ("ada", "bea", "cem")]
    for folder in made:
        folder.mkdir(parents=True)
        (folder / "one.ipynb").touch()
        (folder / "two.ipynb").touch()
    return made


def killed(notes: UnderWay) -> None:
    """As if the process of a run had ended: its lock goes, its note stays."""
    notes._file.close()


def whole(folders):
    return {folder: [folder] for folder in folders}


def test_what_was_under_way_and_what_came_next_is_made_again(tmp_path, folders):
    notes = UnderWay(tmp_path, folders)
    notes.begin(folders[0])
    notes.end(folders[0])
    notes.begin(folders[1])
    killed(notes)
    assert take_up(tmp_path, whole(folders)) == folders[1:]
    assert folders[0].exists()
    assert not (tmp_path / FOLDER).exists()


def test_a_run_that_goes_on_is_left_alone(tmp_path, folders):
    notes = UnderWay(tmp_path, folders)
    notes.begin(folders[0])
    assert take_up(tmp_path, whole(folders)) == []
    killed(notes)
    assert take_up(tmp_path, whole(folders)) == folders[:2]


def test_a_run_that_came_to_its_end_leaves_no_note(tmp_path, folders):
    notes = UnderWay(tmp_path, folders)
    for folder in folders:
        notes.begin(folder)
        notes.end(folder)
    assert not (tmp_path / FOLDER).exists()


def test_others_submissions_stay_until_they_are_graded_again(tmp_path, folders):
    notes = UnderWay(tmp_path, folders)
    notes.begin(folders[0])
    killed(notes)
    assert take_up(tmp_path, whole(folders[2:])) == []
    assert take_up(tmp_path, {folders[0]: [folders[0] / "one.ipynb"]}) == [folders[0] / "one.ipynb"]
    assert (folders[0] / "two.ipynb").exists()
    assert take_up(tmp_path, whole(folders)) == folders[:2]


@pytest.mark.parametrize("text", [b"", b"\0" * 8192, b'["autogr', b"[]"])
def test_a_note_that_was_not_written_is_none(tmp_path, folders, text):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "note").write_bytes(text)
    assert take_up(tmp_path, whole(folders)) == []
    assert all(folder.exists() for folder in folders)


USE_AND_BE_KILLED = """
import os, signal, pathlib
from autograder import scratch
made = scratch.make("x")
deep = made / "a" / "b"
deep.mkdir(parents=True)
(deep / "file").write_text("left")
(made / "a").chmod(0)
print(scratch.folder(), flush=True)
if {killed}:
    os.kill(os.getpid(), signal.SIGKILL)
"""


def used(folder: Path, killed: bool) -> Path:
    """The temporary folder of another process, which has ended."""
    done = subprocess.run(
        [sys.executable, "-c", USE_AND_BE_KILLED.format(killed=killed)], text=True,
        capture_output=True, env={**os.environ, "TMPDIR": str(folder)})
    return Path(done.stdout.strip())


def test_a_process_removes_its_folder_at_its_end(tmp_path):
    assert not used(tmp_path, killed=False).exists()


def test_the_folder_of_a_killed_process_is_removed_at_the_next_start(tmp_path):
    left = used(tmp_path, killed=True)
    assert left.parent == tmp_path
    assert left.exists()
    assert not used(tmp_path, killed=False).exists()
    assert not left.exists()


def test_folders_that_are_in_use_or_none_of_ours_stay(tmp_path):
    theirs, other, link = (tmp_path / f"{scratch.PREFIX}{k}" for k in ("in-use", "file", "link"))
    theirs.mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data").touch()
    other.touch()
    link.symlink_to(tmp_path / "mine")
    with (theirs / scratch.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch.sweep(tmp_path)
        assert (theirs / scratch.LOCK).exists()
    scratch.sweep(tmp_path)
    assert not theirs.exists()
    assert other.exists()
    assert (tmp_path / "mine" / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_another_users_folder_stays(tmp_path):
    theirs = tmp_path / f"{scratch.PREFIX}theirs"
    theirs.mkdir()
    (theirs / scratch.LOCK).touch()
    os.chown(theirs, 12345, 12345)
    scratch.sweep(tmp_path)
    assert theirs.exists()


def test_a_temporary_folder_that_somebody_has_cleared_up_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "_own", {})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    first = scratch.folder()
    scratch.remove(first)
    assert scratch.make("x").is_dir()
    assert scratch.folder() != first
