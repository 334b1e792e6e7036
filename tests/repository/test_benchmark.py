"""The benchmark of grading runs to its table; how fast anything is, no test says."""

import os
import re
import subprocess
import threading

from benchmarks import contenders, grading
from benchmarks.measuring import descendants


def test_a_small_class_is_graded_in_every_way(tmp_path):
    with_otter = (contenders.OTTER / "otter").exists()
    count, runs, differ = grading.run_all(tmp_path, grading.QUICK, 1, "1_*", with_otter)
    assert count == len(grading.QUICK)
    assert len(runs) == 6 + with_otter
    assert differ == ["elif"]  # stock nbgrader knows no partial credit
    for run in runs.values():
        assert run.cpu > 0
        assert 10 < run.largest <= run.together
        line = grading.row("it", count, run, runs["stock nbgrader"], runs["the floor"])
        assert len(re.findall(r"\d+(?:\.\d+)?", line)) == 7


def test_otters_notebooks_have_its_checks_in_place_of_ours(tmp_path):
    contenders.lay_out_class(tmp_path, ["ada"], 1, "1_*")
    (path,) = contenders.handed_in(tmp_path)
    notebook = contenders.with_otters_checks(contenders.nbformat.read(path, 4))
    sources = [cell.source for cell in notebook.cells]
    assert "grader.check('test_sigmoid')" in sources
    assert not any(source.startswith("check.sigmoid(") for source in sources)


def test_processes_that_a_thread_has_started_are_seen():
    found = []

    def start():
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
            found.append(process.pid in descendants(os.getpid()))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert found == [True]
