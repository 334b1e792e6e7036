"""A run that is ended at any moment and started again: ``make faults`` tries many more."""

from __future__ import annotations

import random
import secrets

import pytest

from tests.faults.kills import moments, trial, undisturbed

SEED = secrets.randbelow(10**6)
MOMENTS = 5


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return undisturbed(tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_run_that_was_ended_and_started_again_loses_nothing(plain, number, tmp_path):
    way, moment = list(moments(MOMENTS, plain.seconds, random.Random(SEED)))[number]
    _, faults = trial(plain, tmp_path, way, moment)
    assert not faults, f"seed {SEED}: {way} at {moment:.2f} s"
