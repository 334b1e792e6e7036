"""A Dask cluster of separate processes: the same results as here, whatever happens to workers."""

from __future__ import annotations

import functools
import logging
import os
import signal
import time
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from autograder.build import ROOT
from autograder.engine import Engine, Work, perform
from autograder.engine import dask as engine_dask
from autograder.engine import parcel as engine_parcel
from autograder.engine.dask import Dask, refuse_other_software
from autograder.engine.digest import software
from autograder.grading import Job
from autograder.running.preflight import CannotStartError
from tests.engine.test_engine import notebook, work  # noqa: F401  (a fixture)

SOURCE = ROOT / "source/backprop"
LOG = logging.getLogger("test")


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster


@pytest.fixture
def dask(cluster):
    cluster.scheduler.allowed_failures = 3
    cluster.wait_for_workers(2)
    dask = grading_on(cluster)
    yield dask
    dask.shutdown(cancel_futures=True)


@pytest.fixture(autouse=True)
def in_time():
    """A cluster on which nothing happens any more is a failure, and no endless test."""
    def give_up(*_):
        raise TimeoutError("nothing has come from the cluster")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(400)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def hold(course) -> list[str]:
    """A sandbox that holds, found out faster than by trying it."""
    return []


def grading_on(cluster, allow_unprotected=False, examine=hold) -> Dask:
    return Dask(cluster.scheduler_address, SOURCE, allow_unprotected, LOG, examine)


def pids(cluster) -> list[int]:
    return [nanny.pid for nanny in cluster.workers.values()]


def end_worker(work: Work) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(work: Work) -> None:
    raise ValueError("a reason")


def see(work: Work) -> dict[str, str]:
    """What is in the folders of a work."""
    return {"pid": os.getpid(), "source": sorted(path.name for path in work.job.source.iterdir()),
            "folder": str(work.job.source),
            "files": {path.name: path.read_text() for path in work.job.folder.iterdir()}}


def test_results_are_the_same_as_here_though_workers_are_killed(cluster, dask, notebook):  # noqa: F811
    works = [work(notebook, f"student {number}") for number in range(8)]
    engine = Engine(iter(works), lambda: dask, lambda dask: 8, None)
    engine.start()
    found = [engine.result(works[0])]
    for pid in pids(cluster):  # all at once: those that follow must be found by themselves
        os.kill(pid, signal.SIGKILL)
    found += [engine.result(each) for each in works[1:]]
    assert found == [perform(each)[0] for each in works]
    assert found[0].marks["test_sigmoid"].points == 1


def test_a_cluster_that_is_lost_costs_nothing(notebook, monkeypatch):  # noqa: F811
    monkeypatch.setattr(engine_dask, "CONNECT_SECONDS", 2)
    works = [work(notebook, f"student {number}") for number in range(4)]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
        dask = grading_on(cluster)
        engine = Engine(iter(works), lambda: dask, lambda dask: dask.ahead() - 1, None)
        found = [engine.result(works[0])]
    found += [engine.result(each) for each in works[1:]]
    assert found == [perform(each)[0] for each in works]
    engine.close()


def test_a_work_that_ends_every_worker_is_given_back(cluster, dask, notebook, caplog):  # noqa: F811
    cluster.scheduler.allowed_failures = 0
    with pytest.raises(BrokenExecutor):
        dask.submit(end_worker, work(notebook)).result(60)


def test_all_that_a_work_needs_goes_along(dask, notebook, tmp_path):  # noqa: F811
    (tmp_path / "data.txt").write_text("from a file")
    seen = dask.submit(see, replace(
        work(notebook), files=(("data.txt", str(tmp_path / "data.txt")),))).result(60)
    assert seen["pid"] != os.getpid()
    assert seen["folder"] != str(SOURCE)
    assert seen["source"] == sorted(path.name for path in SOURCE.glob("[!.]*"))
    assert seen["files"] == {"data.txt": "from a file"}
    dask.shutdown()
    assert not Path(seen["folder"]).exists()


def test_what_is_too_large_to_travel_is_graded_here(dask, notebook, tmp_path, monkeypatch):  # noqa: F811
    (tmp_path / "data.txt").write_text("from a file")
    monkeypatch.setattr(engine_parcel, "PARCEL_BYTES", 3)
    with pytest.raises(BrokenExecutor, match="may travel"):
        dask.submit(see, replace(
            work(notebook), files=(("data.txt", str(tmp_path / "data.txt")),))).result(60)


def test_an_error_comes_back_and_no_log_tells_the_secret(cluster, dask, notebook):  # noqa: F811
    told = work(notebook)
    told = replace(told, job=replace(told.job, secret=b"psst"))
    with pytest.raises(ValueError, match="a reason"):
        dask.submit(fail, told).result(60)
    logs = str({**cluster.get_logs(), **dask._client.get_worker_logs()})
    assert "a reason" in logs
    assert "psst" not in logs


def unsafe(course) -> list[str]:
    return ["fill the disk"]


def unsafe_once(marker: Path, course) -> list[str]:
    """Of the workers that ask, the first is unsafe."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return []
    return ["fill the disk"]


def test_a_cluster_without_protections_is_refused(cluster):
    with pytest.raises(CannotStartError, match="could fill the disk"):
        grading_on(cluster, examine=unsafe)


def test_a_worker_without_protections_gets_nothing(cluster, notebook, tmp_path, caplog):  # noqa: F811
    cluster.wait_for_workers(2)
    dask = grading_on(cluster, examine=functools.partial(unsafe_once, tmp_path / "marker"))
    assert "gets nothing: student code could fill the disk" in caplog.text
    futures = [dask.submit(process, work(notebook)) for _ in range(6)]
    assert len({future.result(60) for future in futures}) == 1
    dask.shutdown()


def test_an_instructor_may_allow_it(cluster, notebook, caplog):  # noqa: F811
    dask = grading_on(cluster, True, unsafe)
    assert "is used all the same: student code could fill the disk" in caplog.text
    assert dask.submit(process, work(notebook)).result(60)
    dask.shutdown()


def process(work: Work) -> int:
    time.sleep(0.1)
    return os.getpid()


def test_other_software_is_refused(cluster):
    with Client(cluster, set_as_default=False) as client:
        refuse_other_software(client, software())
        with pytest.raises(CannotStartError, match=r"numpy is .*, and 0\.1 is needed.*checkout"):
            refuse_other_software(client, {**software(), "numpy": "0.1"})


def test_a_cluster_is_left_as_it_was_found(cluster, dask):
    assert dask.ahead() == 6
    dask.shutdown()
    with Client(cluster, set_as_default=False) as client:
        assert not cluster.scheduler.worker_plugins.keys() & {dask._name}
        assert not any(worker["resources"].get(dask._name)
                       for worker in client.scheduler_info()["workers"].values())


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "", "tcp://127.0.0.1"])
def test_nobody_there_is_said(address, monkeypatch):
    monkeypatch.setattr(engine_dask, "CONNECT_SECONDS", 1)
    with pytest.raises(CannotStartError, match="No Dask scheduler answers at"):
        Dask(address, SOURCE, False, LOG)


def test_a_cluster_without_workers_is_said(monkeypatch):
    monkeypatch.setattr(engine_dask, "WORKERS_SECONDS", 1)
    with LocalCluster(n_workers=0, dashboard_address=":0") as empty, \
            pytest.raises(CannotStartError, match="has had no worker"):
        grading_on(empty)


def test_a_job_does_not_show_the_secret(notebook):  # noqa: F811
    assert "psst" not in repr(Work(Job(notebook, "ada", b"psst"), "ada"))
