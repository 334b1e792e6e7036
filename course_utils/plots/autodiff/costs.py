"""Figures of what it costs: sweeps over the tape, numbers on the tape, steps taken twice."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np

from course_utils.plots.autodiff.gradients import random_params
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show
from course_utils.tape import Tape, floats_held, watch


@drawn_by_the_student
def sweeps(grad: Callable, rules: Mapping[str, Callable], mlp_loss: Callable,
           widths: Iterable[int] = (1, 2, 4, 8, 16, 32, 64)) -> None:
    """Draws how many operations a gradient takes, against the number of parameters.

    Args:
        grad: ``(f, rules)`` → gradient function; the rules it asks are counted.
        rules: The student's rules.
        mlp_loss: ``(params, X, labels)`` → loss.
        widths: Numbers of hidden units.
    """
    rng = np.random.default_rng(3)
    X, labels = rng.normal(size=(5, 10)), rng.integers(0, 4, 5)
    asked = [0]

    def counted(rule):
        def asking(*arguments, **settings):
            asked[0] += 1
            return rule(*arguments, **settings)
        return asking

    gradient = grad(mlp_loss, {op: counted(rule) for op, rule in rules.items()})
    sizes, backward, forward = [], [], []
    for width in widths:
        params = random_params(rng, 10, width, 4)
        sizes.append(sum(each.size for each in params.values()))
        asked[0], tape = 0, Tape()
        mlp_loss(watch(tape, params), X, labels)
        gradient(params, X, labels)
        operations = len(tape) - len(params)
        backward.append(operations + asked[0])
        forward.append(operations * (1 + sizes[-1]))
    figure, axes = new_axes()
    axes.loglog(sizes, forward, "s--", color=WRONG, label="forward mode: a sweep a parameter")
    axes.loglog(sizes, backward, "o-", color=FIRST, label="reverse mode: your grad, counted")
    axes.set(xlabel="parameters", ylabel="operations on arrays",
             title="One sweep forward, one sweep back, however many parameters", ylim=(10, None))
    axes.legend()
    show(figure, f"Operations for one gradient against the number of parameters, both logarithmic. "
         f"Your grad takes {backward[0]} for {sizes[0]} parameters and {backward[-1]} for "
         f"{sizes[-1]}; forward mode would take {forward[0]} and {forward[-1]}.")


@drawn_by_the_student
def tape_size(mlp_loss: Callable, batches: Iterable[int] = (1, 50, 100, 200, 300, 400)) -> None:
    """Draws how many numbers the tape of the network keeps, against the size of the batch.

    Args:
        mlp_loss: ``(params, X, labels)`` → loss.
        batches: Numbers of examples.
    """
    rng = np.random.default_rng(4)
    params = random_params(rng, 20, 30, 5)
    count = sum(each.size for each in params.values())
    batches, held = list(batches), []
    for n in batches:
        notes = Tape()
        mlp_loss(watch(notes, params), rng.normal(size=(n, 20)), rng.integers(0, 5, n))
        held.append(floats_held(notes))
    figure, axes = new_axes()
    axes.plot(batches, np.array(held) / 1000, "o-", color=FIRST, label="numbers on your tape")
    axes.axhline(count / 1000, color=SECOND, linestyle="--", label="parameters of the network")
    axes.set(xlabel="examples in the batch", ylabel="thousands of numbers",
             title="The tape keeps what the backward pass will need", ylim=(0, None))
    axes.legend()
    show(figure, f"The tape of your loss keeps {held[0]} numbers for {batches[0]} example and "
         f"{held[-1]} for {batches[-1]}; the network has {count} parameters.")


@drawn_by_the_student
def memory_and_work(checkpointed_vjp: Callable, depth: int = 144) -> None:
    """Draws memory and work of the student's function against how often a value is kept.

    Args:
        checkpointed_vjp: ``(step, step_vjp, x, depth, every, bar)`` → (end, bar).
        depth: Length of the chain.
    """
    spacings = [1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 144]
    counts = [cost(checkpointed_vjp, depth, every) for every in spacings]
    most, calls = np.array(counts).T
    figure, (upper, lower) = plt.subplots(2, 1, sharex=True, figsize=(6, 4.6),
                                          layout="constrained")
    upper.semilogx(spacings, most, "o-", color=FIRST)
    best = int(np.argmin(most))
    upper.axvline(np.sqrt(depth), color="0.6", linestyle=":")
    upper.annotate(f"√{depth} = {np.sqrt(depth):.3g}", (np.sqrt(depth), max(most) * 0.8),
                   xytext=(5, 0), textcoords="offset points", color="0.3")
    upper.set(ylabel="values alive at once", ylim=(0, None),
              title=f"A chain of {depth} steps: memory against work")
    lower.semilogx(spacings, calls / depth, "s--", color=WRONG)
    lower.set(xlabel="every … value is kept", ylabel="steps taken / depth", ylim=(0, 2.3),
              xticks=spacings)
    lower.set_xticklabels(spacings)
    lower.minorticks_off()
    for axes in (upper, lower):
        axes.spines[["top", "right"]].set_visible(False)
    show(figure, f"Values alive at once and steps taken, for a chain of {depth} steps, against "
         f"how often a value is kept. Memory is least, {most[best]} values, when one "
         f"in {spacings[best]} is kept; there your function takes {calls[best]} steps. With all "
         f"values kept it is {most[0]} values and {calls[0]} steps.")


def cost(checkpointed_vjp: Callable, depth: int, every: int) -> tuple[int, int]:
    """The most values that were alive at once, and how many steps were taken."""
    alive = most = calls = 0

    def gone():
        nonlocal alive
        alive -= 1

    def step(x):
        nonlocal alive, most, calls
        y = np.sin(x)
        weakref.finalize(y, gone).atexit = False
        alive, calls = alive + 1, calls + 1
        most = max(most, alive)
        return y

    checkpointed_vjp(step, lambda bar, x: bar * np.cos(x), np.ones(3), depth, every, np.ones(3))
    return most, calls
