"""``autograde --engine dask``: a class on a cluster of separate processes, with real nbgrader."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from distributed import LocalCluster

from autograder.report import read_marks
from autograder.sample_class import lay_out
from tests.nbgrader.conftest import command

STUDENTS = {"ada", "bela", "chloe", "elif", "farid"}


def test_a_cluster_gives_the_same_marks_though_a_worker_is_killed(course, tmp_path):
    list(lay_out(course, "backprop", STUDENTS))
    (course / ".course_secret").write_text("the same for both\n")
    there = shutil.copytree(course, tmp_path / "there")
    assert command(course, "autograde", "backprop").returncode == 0
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        run = subprocess.Popen(
            [sys.executable, "-m", "autograder", "autograde", "backprop", "--engine", "dask",
             "--scheduler", cluster.scheduler_address], cwd=there, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while not list(there.glob("autograded/*/backprop/*.ipynb")) and run.poll() is None:
            time.sleep(0.1)
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        said, _ = run.communicate(timeout=300)
    assert run.returncode == 0, said
    assert "Cluster: 2 workers. Sandbox: tried out on each and found to hold." in said
    assert "the same for both" not in said
    marks = read_marks(there, "backprop").students
    assert marks == read_marks(course, "backprop").students
    assert marks.keys() == STUDENTS


@pytest.mark.parametrize(("options", "reason"), [
    (["--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"], "No Dask scheduler answers at"),
    (["--engine", "dask"], "No Dask scheduler answers at ''"),
])
def test_without_a_cluster_nothing_is_graded_and_it_is_said(course, options, reason):
    list(lay_out(course, "backprop", {"ada"}))
    done = command(course, "-m", "autograder", "autograde", "backprop", *options,
                   program=sys.executable)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert not (course / "autograded").exists()
