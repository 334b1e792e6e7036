"""The simulation of many workers agrees with arithmetic, and with runs that were measured."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import simulation
from benchmarks.simulation import RECORDED, a_large_class, simulate

RUNS = json.loads(RECORDED.read_text())["runs"]
SECONDS = st.floats(0.001, 100)


@settings(deadline=None)
@given(st.integers(1, 50), SECONDS, SECONDS)
def test_one_worker_and_the_writer_take_turns(count, job, writing):
    slower, faster = max(job, writing), min(job, writing)
    run = simulate([job] * count, writing, 1)
    assert run.seconds == pytest.approx(count * slower + faster)
    assert run.workers_busy == pytest.approx(count * job / run.seconds)


@settings(deadline=None)
@given(st.integers(1, 200), SECONDS, st.integers(2, 64))
def test_with_enough_workers_the_writer_is_the_limit(count, writing, workers):
    job = 0.9 * workers * writing
    run = simulate([job] * count, writing, workers)
    assert run.seconds == pytest.approx(job + count * writing)


@settings(deadline=None)
@given(st.lists(SECONDS, min_size=1, max_size=80), SECONDS, st.integers(1, 9))
def test_nothing_is_faster_than_its_parts(jobs, writing, workers):
    run = simulate(jobs, writing, workers)
    assert run.seconds * (1 + 1e-9) >= max(sum(jobs) / workers, len(jobs) * writing)
    assert run.seconds <= (sum(jobs) + len(jobs) * writing) * (1 + 1e-9)


@pytest.mark.parametrize(("ahead", "seconds"), [(2, 11), (3, 11), (4, 10)])
def test_a_slow_notebook_holds_up_those_that_may_not_be_handed_out(ahead, seconds):
    assert simulate([10, 1, 1, 1], 0, 2, lambda workers: ahead).seconds == seconds


@pytest.mark.parametrize("workers", RUNS)
def test_a_measured_run_is_foretold(workers):
    run = RUNS[workers]
    jobs = [seconds for student in run["students"].values() for seconds in student]
    foretold = simulate(jobs, run["writing"], int(workers)).seconds
    assert foretold == pytest.approx(run["seconds"], rel=0.1)


def test_a_large_class_is_made_of_whole_submissions():
    assert sorted(a_large_class([[1, 2], [1, 2]], 3)) == [1, 1, 1, 2, 2, 2]


def test_the_table_and_the_figure_are_made(monkeypatch, capsys, tmp_path):
    picture = tmp_path / "scaling.png"
    monkeypatch.setattr(sys, "argv", ["simulation", "--submissions", "20", "--figure",
                                      str(picture)])
    simulation.main()
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines() if line[:8].strip().isdigit()] == [
        str(workers) for workers in simulation.WORKERS]
    assert "the one writer is the limit" in said
    assert picture.read_bytes().startswith(b"\x89PNG")
