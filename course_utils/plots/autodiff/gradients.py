"""Figures of gradients: of gradients of gradients, of a network, and what it learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from course_utils.finite_difference import derivative
from course_utils.plots.figure import FIRST, SECOND, WRONG, drawn_by_the_student, new_axes, show


def random_params(rng: np.random.Generator, D: int, H: int, K: int) -> dict[str, np.ndarray]:
    """Small random weights of a network with D inputs, H hidden units and K outputs."""
    return {"W1": rng.normal(0, 0.8, (H, D)), "b1": rng.normal(0, 0.3, H),
            "W2": rng.normal(0, 0.8, (K, H)), "b2": rng.normal(0, 0.3, K)}


@drawn_by_the_student
def derivatives(grad: Callable, rules: Mapping[str, Callable], highest: int = 3) -> None:
    """Draws tanh and its derivatives, each the gradient of the one before.

    Args:
        grad: ``(f, rules)`` → gradient function.
        rules: The student's rules.
        highest: How often to differentiate.
    """
    def summed(f):
        return lambda x: np.sum(f(x))

    x = np.linspace(-3, 3, 201)
    figure, axes = new_axes()
    f, told = np.tanh, []
    for order in range(highest + 1):
        try:
            y = np.asarray(f(x), dtype=float)
        except (TypeError, AttributeError) as problem:
            print(f"Derivative number {order} does not come out: {problem}\n"
                  "If that is about traced arrays, your rules work on plain ones only: see the "
                  "text above.")
            break
        axes.plot(x, y, ["-", "--", "-.", ":"][order % 4], linewidth=1.6 + 0.3 * (order == 3),
                  color=[FIRST, WRONG, "black", SECOND][order % 4], label="tanh" + "′" * order)
        told.append(f"derivative {order} is {y[100]:.3g} at 0 and {y[140]:.3g} at 1.2")
        f = grad(summed(f), rules)
    axes.set(xlabel="x", title="The gradient of the gradient of the gradient")
    axes.legend()
    show(figure, f"tanh and its derivatives from −3 to 3, by your grad: {'; '.join(told)}.")


@drawn_by_the_student
def against_differences(grad: Callable, rules: Mapping[str, Callable],
                        mlp_loss: Callable) -> None:
    """Draws each derivative of the network's loss against its finite difference.

    Args:
        grad: ``(f, rules)`` → gradient function.
        rules: The student's rules.
        mlp_loss: ``(params, X, labels)`` → loss.
    """
    rng = np.random.default_rng(5)
    params = random_params(rng, 4, 3, 3)
    X, labels = rng.normal(size=(7, 4)), rng.integers(0, 3, 7)
    gradient = grad(mlp_loss, rules)(params, X, labels)
    figure, axes = new_axes(5, 4.2)
    worst = 0.0
    for (name, array), marker, color in zip(params.items(), "os^D",
                                            [FIRST, SECOND, WRONG, "black"], strict=True):
        def slope(index, name=name, array=array):
            def at(value):
                moved = array.copy()
                moved[index] = value
                return float(mlp_loss({**params, name: moved}, X, labels))
            return derivative(at, float(array[index])).value

        expected = np.array([slope(index) for index in np.ndindex(array.shape)])
        got = np.ravel(np.asarray(gradient[name], dtype=float))
        worst = max(worst, float(np.max(np.abs(got - expected))))
        axes.plot(expected, got, marker, color=color, markersize=6, label=name, alpha=0.85)
    axes.axline((0, 0), slope=1, color="0.6", linewidth=0.8, zorder=0)
    axes.set(xlabel="finite differences", ylabel="your grad",
             title="Every parameter of the network is a point")
    axes.legend()
    verdict = "do, to within 0.000001" if worst < 1e-6 else f"are off by up to {worst:.2g}"
    show(figure, "The derivative with respect to each parameter by your grad, against the one by "
         f"finite differences: right ones lie on the diagonal. Yours {verdict}.")


@drawn_by_the_student
def learning(grad: Callable, rules: Mapping[str, Callable], mlp_loss: Callable, X: np.ndarray,
             labels: np.ndarray, steps: int = 300, lr: float = 0.5) -> None:
    """Lets the network learn by gradient descent and draws its loss.

    Args:
        grad: ``(f, rules)`` → gradient function.
        rules: The student's rules.
        mlp_loss: ``(params, X, labels)`` → loss.
        X: Inputs, (N, D).
        labels: Classes, (N,).
        steps: How many steps.
        lr: The learning rate.
    """
    params = random_params(np.random.default_rng(1), X.shape[1], 8, int(np.max(labels)) + 1)
    gradient, losses = grad(mlp_loss, rules), []
    for _ in range(steps):
        losses.append(float(mlp_loss(params, X, labels)))
        slopes = gradient(params, X, labels)
        params = {name: params[name] - lr * slopes[name] for name in params}
    losses.append(float(mlp_loss(params, X, labels)))
    figure, axes = new_axes()
    axes.semilogy(losses, color=FIRST)
    axes.set(xlabel="steps", ylabel="mean loss",
             title="A network learns; nobody has written its backward pass")
    show(figure, f"The mean loss over {steps} steps of gradient descent with your gradient: from "
         f"{losses[0]:.2f} to {losses[-1]:.2f}.")
