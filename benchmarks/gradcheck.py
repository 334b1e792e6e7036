"""Are the course's gradient checkers worse than others? Errors of both kinds, and time.

    make benchmark-gradcheck

Each checker is asked about the same gradients of the same functions, right ones and wrong
ones, in one run. A checker may answer "cannot tell", which is counted apart: it is no error,
but no help either. An exception is the answer "wrong".

Where f is noisy or in single precision (cancellation, float32), SciPy's and autograd's answer
sooner, since they refuse right gradients there after two calls and four; ours looks again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.gradcheck_cases import Case
from benchmarks.gradcheck_functions import every_case
from benchmarks.gradcheck_tools import Tool, tools, torch

ROUNDS = 3  # of which the fastest counts: other programs can only make it slower
EASY = {"polynomial", "exp and log", "matrices", "networks"}


@dataclass(frozen=True)
class Answer:
    """What one checker said of one gradient."""

    case: Case
    mistake: str  # empty if it is right
    said: bool | None
    seconds: float


def ask(tool: Tool, case: Case, gradient: np.ndarray, mistake: str) -> Answer:
    """Put one question, a few times for the clock."""
    said, fastest = None, np.inf
    for _ in range(ROUNDS):
        check = tool(case.f, lambda x: gradient.copy(), case.theta)
        start = time.perf_counter()
        try:
            said = check()
        except Exception:
            said = False
        fastest = min(fastest, time.perf_counter() - start)
    return Answer(case, mistake, said, fastest)


def answers(checkers: dict[str, Tool], cases: Sequence[Case]) -> dict[str, list[Answer]]:
    """Put all questions to all checkers, one question after the other."""
    told: dict[str, list[Answer]] = {name: [] for name in checkers}
    with warnings.catch_warnings(), np.errstate(all="ignore"), \
            contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for case in cases:
            questions = [("", gradient) for gradient in case.right().values()]
            for mistake, gradient in [*questions, *case.wrong.items()]:
                for name, tool in checkers.items():  # side by side: the load is the same
                    told[name].append(ask(tool, case, gradient, mistake))
    return told


def line(name: str, told: Sequence[Answer], ours: Sequence[Answer]) -> list[str]:
    """Return a checker's line of the table."""
    right = [one for one in told if not one.mistake]
    wrong = [one for one in told if one.mistake]

    def ratio(part: str) -> str:
        def keep(one):
            return part == "all" or (part == "right") == (not one.mistake)

        theirs = statistics.median(one.seconds for one in told if keep(one))
        own = statistics.median(one.seconds for one in ours if keep(one))
        return f"{theirs / own:.2f}"

    return [
        name,
        str(sum(one.said is True for one in wrong)),
        str(sum(one.said is False for one in right)),
        str(sum(one.said is None for one in wrong)),
        str(sum(one.said is None for one in right)),
        f"{1e6 * statistics.median(one.seconds for one in told):.0f}",
        *map(ratio, ("all", "right", "wrong")),
        f"{sum(one.seconds for one in told) / sum(one.seconds for one in ours):.2f}",
    ]


HEAD = ["", "wrong accepted", "right refused", "unsure: wrong", "right", "median µs",
        "median / ours", "(right)", "(wrong)", "sum / ours"]


def table(results: dict[str, list[Answer]], title: str) -> str:
    """Return a table of some answers, the first checker being ours."""
    ours = next(iter(results.values()))
    right = sum(not one.mistake for one in ours)
    cells = [HEAD, *(line(name, told, ours) for name, told in results.items())]
    widths = [max(len(row[k]) for row in cells) for k in range(len(HEAD))]
    rows = [
        "  ".join(
            f"{cell:<{width}}" if k == 0 else f"{cell:>{width}}"
            for k, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    return "\n".join([f"{title}: {right} right and {len(ours) - right} wrong gradients", *rows])


def times_by_family(results: dict[str, list[Answer]]) -> str:
    """Return the sum of the times beside ours, a line for each family of functions."""
    names = list(results)[1:]
    families = dict.fromkeys(one.case.family for one in results[names[0]])
    lines = [f"Sum of times / ours, by family: {'; '.join(names)}"]
    for family in families:
        sums = [sum(one.seconds for one in told if one.case.family == family)
                for told in results.values()]
        ratios = "  ".join(f"{theirs / sums[0]:6.2f}" for theirs in sums[1:])
        lines.append(f"    {family:14} {ratios}")
    return "\n".join(lines)


def errors_by_family(told: Sequence[Answer]) -> str:
    """Return where a checker erred or was unsure, a line for each function."""
    lines = []
    seen = Counter(
        (one.case.family, one.case.name, one.mistake or "right", one.said)
        for one in told if one.said is not (not one.mistake))
    for (family, name, mistake, said), _ in seen.items():
        verdict = {True: "ACCEPTED", False: "REFUSED", None: "cannot tell"}[said]
        lines.append(f"    {verdict:12} {family}: {name}: {mistake}")
    return "\n".join(sorted(lines))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--errors", action="store_true",
                        help="print also each gradient that a checker misjudged")
    arguments = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = list(every_case())
    if torch is None:
        print("PyTorch is not installed: it is left out.")
    else:
        torch.set_num_threads(1)
    print(f"{len(cases)} functions. '/ ours': times, above 1 slower than ours.\n")
    for looks_at, checkers in tools().items():
        results = answers(checkers, cases)
        print(table(results, f"Checks of {looks_at}"))
        easy = {name: [one for one in told if one.case.family in EASY]
                for name, told in results.items()}
        print(table(easy, "\nThe same without scales, rounding, waves, kinks, odd numbers"))
        print(f"\n{times_by_family(results)}")
        print()
        if arguments.errors:
            for name, told in results.items():
                print(f"{name}:\n{errors_by_family(told)}\n")


if __name__ == "__main__":
    main()
