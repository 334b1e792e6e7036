import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.demo import new_course

NBGRADER = Path(sys.executable).with_name("nbgrader")


def command(folder: Path, *arguments: str, program=NBGRADER):
    """Runs a command as a user would, by its path, in a course's folder."""
    return subprocess.run([program, *arguments], cwd=folder, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=600)


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course's folder in which an assignment of one notebook has just been released."""
    folder = tmp_path_factory.mktemp("released")
    new_course(folder, only="1_chain_rule")
    done = command(folder, "generate_assignment", "backprop")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def course(released, tmp_path):
    """A course's folder of one's own, released, with nobody's work yet."""
    folder = tmp_path / "course"
    shutil.copytree(released, folder)
    return folder
