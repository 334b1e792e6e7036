"""The engine gives each work its own result, however it came about."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder import engine as engine_module
from autograder.build import ROOT, solved
from autograder.engine import Engine, Work, perform
from autograder.engine.cache import SECONDS, Cache
from autograder.engine.digest import digest_of
from autograder.engine.processes import Processes
from autograder.grading import Job, Result
from autograder.marking import Mark, PartMark
from autograder.sandbox import CellRun, Limits

RESULT = Result({3: CellRun([{"output_type": "stream", "name": "stdout", "text": "ä\n"}], "ok")},
                {"q": Mark("q", (PartMark("all", 0.5, 1.0, ("why",), "a mistake"),), "a note")},
                {"r": "a reason"})
LIMITS = Limits()


def four(executor) -> int:
    """How many works are under way."""
    return 4


@pytest.fixture(scope="module")
def notebook():
    """The released notebook with one question solved and its hidden tests in place."""
    source = nbformat.read(ROOT / "source/backprop/1_chain_rule.ipynb", 4)
    solutions = {cell.id: cell.source for cell in solved(source).cells}
    kept = [cell for cell in source.cells if cell.id in ("setup", "sigmoid", "test-sigmoid")]
    for cell in kept:
        if cell.id == "sigmoid":
            cell.source = solutions["sigmoid"]
    source.cells = kept
    return source


def work(notebook, student="ada", **changes) -> Work:
    return Work(Job(notebook, student, b"secret", ROOT / "source/backprop", **changes), student)


def test_results_are_the_same_near_and_far_kept_or_not(notebook, tmp_path):
    works = [work(notebook, student) for student in ("ada", "bea", "cem")]
    near = [perform(each)[0] for each in works]
    assert [result.marks["test_sigmoid"].points for result in near] == [1, 1, 1]
    for _ in range(2):  # the second time from the cache
        engine = Engine(iter(works), lambda: Processes(2), four, Cache(tmp_path))
        assert [engine.result(each) for each in works] == near
        engine.close()


def test_a_kept_result_is_not_graded_again(notebook, tmp_path, monkeypatch):
    Engine(iter([]), None, four, Cache(tmp_path)).result(work(notebook))
    monkeypatch.setattr(engine_module, "grade_notebook", None)
    again = Engine(iter([]), None, four, Cache(tmp_path))
    assert again.result(work(notebook)).marks["test_sigmoid"].points == 1
    with pytest.raises(TypeError):
        again.result(work(notebook, "somebody else"))


def test_work_that_was_not_foreseen_is_graded_all_the_same(notebook):
    engine = Engine(iter([work(notebook, "bea")]), lambda: Processes(1), four, None)
    assert engine.result(work(notebook)).marks["test_sigmoid"].points == 1
    engine.close()


def test_a_process_that_dies_costs_nothing(notebook):
    doomed = work(notebook)
    engine = Engine(iter([]), lambda: Processes(1), four, None)
    engine.start()
    engine._begun[doomed.digest] = doomed, engine._executor.submit(os.kill, 0, signal.SIGKILL)
    assert engine.result(doomed).marks["test_sigmoid"].points == 1
    engine.close()


def test_a_wait_without_end_is_said(notebook, monkeypatch, caplog):
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.05)
    slow, engine = work(notebook), Engine(iter([]), lambda: Processes(1), four, None)
    engine._begun[slow.digest] = slow, Future()
    threading.Timer(0.3, engine._begun[slow.digest][1].set_result, [(RESULT, 1.0)]).start()
    assert engine.result(slow) == RESULT
    assert "The result of ada has been awaited" in caplog.text


class ByHand(Executor):
    """Works are done when the test says so."""

    def __init__(self):
        self.futures = []

    def submit(self, fn, work):
        self.futures.append(Future())
        return self.futures[-1]


def test_behind_a_slow_one_others_go_on_and_are_kept_at_once(notebook, tmp_path):
    works = [work(notebook, f"student{number}") for number in range(100)]
    executor, cache = ByHand(), Cache(tmp_path)
    engine = Engine(iter(works), lambda: executor, four, cache)
    taken = threading.Thread(target=engine.result, args=[works[0]])
    taken.start()
    for number in range(1, 4 * engine_module.HELD):
        wait_until(lambda n=number: len(executor.futures) > n)
        executor.futures[number].set_result((RESULT, 0.1))
    wait_until(lambda: cache.has(works[number].slot, works[number].digest))
    # as many as may wait in memory, and the slow one, which is being asked for
    assert len(executor.futures) == 4 * engine_module.HELD + 1
    executor.futures[0].set_result((RESULT, 0.1))
    taken.join(10)
    assert cache.has(works[0].slot, works[0].digest)


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_files_come_along(notebook, tmp_path):
    (tmp_path / "data.txt").write_text("from a file")
    notebook = nbformat.from_dict(notebook)
    notebook.cells = [nbformat.v4.new_code_cell("print(open('deep/data.txt').read())")]
    given = replace(work(notebook), files=(("deep/data.txt", str(tmp_path / "data.txt")),))
    assert perform(given)[0].runs[0].outputs[0]["text"] == "from a file\n"


def test_the_digest_knows_everything_that_counts(notebook, tmp_path):
    one = work(notebook)
    changed = nbformat.from_dict(notebook)
    changed.cells[1].source += "\n# more"
    tagged = nbformat.from_dict(notebook)
    tagged.cells[1].metadata["tags"] = []
    path = tmp_path / "data.txt"
    path.write_text("1")
    with_file = replace(one, files=(("data.txt", str(path)),))
    digests = {one.digest, with_file.digest, work(changed).digest, work(tagged).digest,
               work(notebook, "bea").digest, work(notebook, limits=Limits(call_seconds=4)).digest,
               replace(one, job=replace(one.job, secret=b"other")).digest,
               replace(one, job=replace(one.job, source=tmp_path)).digest}
    path.write_text("2")
    digests.add(with_file.digest)
    assert len(digests) == 9
    assert work(nbformat.from_dict(notebook), folder=tmp_path).digest == one.digest


def test_a_result_survives_the_cache(tmp_path):
    cache = Cache(tmp_path / "made")
    cache.put("ada", "d1", RESULT, 1.0, LIMITS)
    assert cache.get("ada", "d1") == RESULT
    assert cache.has("ada", "d1")
    assert cache.get("ada", "d2") is None
    assert cache.get("bea", "d1") is None
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("seconds", "outcome"), [(6.0, "ok"), (1.0, "timeout"), (1.0, "died"),
                                                  (1.0, "budget")])
def test_what_may_depend_on_the_machine_is_not_kept(tmp_path, seconds, outcome):
    cache = Cache(tmp_path)
    cache.put("ada", "d1", RESULT, 1.0, LIMITS)
    cache.put("ada", "d1", Result({0: CellRun([], outcome)}, {}, {}), seconds, LIMITS)
    assert cache.get("ada", "d1") is None


def test_the_seconds_of_every_work_are_noted(notebook, tmp_path):
    engine = Engine(iter([]), None, four, Cache(tmp_path / "made"))
    for _ in range(2):  # the second time it is not graded
        engine.result(replace(work(notebook), slot="backprop\0ada\0one"))
    (line,) = (tmp_path / "made" / SECONDS).read_text().splitlines()
    *names, seconds = json.loads(line)
    assert names == ["backprop", "ada", "one"]
    assert seconds > 0
    assert engine.waited >= seconds - 0.01


def test_a_damaged_entry_is_no_entry(tmp_path):
    cache = Cache(tmp_path)
    cache.put("ada", "d1", RESULT, 1.0, LIMITS)
    (path,) = tmp_path.iterdir()
    for damaged in (path.read_bytes()[:-9], b"d1\n", b"", b"d1\n" + b"\xff" * 90):
        path.write_bytes(damaged)
        assert cache.get("ada", "d1") is None


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    Cache(tmp_path / "file").put("ada", "d1", RESULT, 1.0, LIMITS)
    assert "not kept" in caplog.text
    assert Path(tmp_path / "file").read_text() == "in the way"


def test_released_figures_are_left_out_unless_they_are_wanted(notebook):
    cell = nbformat.v4.new_code_cell("print(6 * 7)", metadata={"tags": ["figure"]})
    notebook = nbformat.v4.new_notebook(cells=[*notebook.cells, cell])
    *_, shown = perform(work(notebook, figures=True))[0].runs.values()
    *_, left_out = perform(work(notebook))[0].runs.values()
    assert shown.outputs[0]["text"] == "42\n"
    assert "A figure" in left_out.outputs[0]["text"]
    assert digest_of(work(notebook).job, []) != digest_of(work(notebook, figures=True).job, [])
