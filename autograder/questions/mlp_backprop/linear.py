"""The vector-Jacobian product of a linear layer."""

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.mlp_backprop.drawing import (
    LISTS,
    ONE_EXAMPLE,
    ONE_INPUT,
    ONE_OUTPUT,
    ORDINARY,
    away_from_zero,
    whole,
)

SQUARE = "as many examples as inputs and outputs"
ARRAYS = (ORDINARY, SQUARE, ONE_EXAMPLE, ONE_INPUT, ONE_OUTPUT)


def draw(rng: np.random.Generator) -> list[Case]:
    """Cases with arguments (Z_bar, X, W)."""
    def layer(N, D, K, numbers=away_from_zero):
        return numbers(rng, (N, K)), numbers(rng, (N, D)), numbers(rng, (K, D))

    return [
        Case(ORDINARY, layer(5, 3, 4)), Case(ORDINARY, layer(6, 4, 2)),
        Case(SQUARE, layer(3, 3, 3)), Case(ONE_EXAMPLE, layer(1, 4, 3)),
        Case(ONE_INPUT, layer(4, 1, 3)), Case(ONE_OUTPUT, layer(4, 3, 1)),
        Case(LISTS, layer(4, 2, 3, whole)),
    ]


LINEAR_VJP = Question(
    "linear_vjp", ("linear_vjp",), draw,
    (
        Part("X_bar", 0.75, 0, ARRAYS, "The signal goes back through the weights, to "
             "shape (N, D)."),
        Part("W_bar", 0.75, 1, ARRAYS, "A sum over the examples of outer products, shape (K, D)."),
        Part("b_bar", 0.25, 2, ARRAYS, "The rows of Z_bar, summed over the examples."),
        Part(LISTS, 0.25, 1, (LISTS,), "np.asarray(values, dtype=float) makes a float array of "
             "any of them."),
    ),
    probe=twice,
)

for mistake in [
    ("W where Wᵀ belongs", "X̄ is computed with the transpose of W: rows are examples, so X̄ = Z̄ W. "
     "It is silent only where the layer is square.", "Z_bar @ W,", "Z_bar @ np.transpose(W),"),
    ("a transposed weight gradient", "The weight gradient is turned: it has W's shape, outputs "
     "first.", "np.transpose(Z_bar) @ X", "np.transpose(X) @ Z_bar"),
    ("transpose done as reshape", "reshape does not turn a matrix: it keeps the order of the "
     "numbers.", "np.transpose(Z_bar) @ X", "Z_bar.reshape(Z_bar.shape[::-1]) @ X"),
    ("bias gradient not summed", "The bar of b still has a row for each example; all examples "
     "share one b.", "Z_bar.sum(axis=0)", "Z_bar"),
    ("bias gradient over the wrong axis", "The bar of b is summed over the outputs; axis 0 holds "
     "the examples.", "Z_bar.sum(axis=0)", "Z_bar.sum(axis=1)"),
    ("bias gradient averaged", "The bar of b is averaged. Whether there is a mean is the loss's "
     "business, and is in Z̄ already.", "Z_bar.sum(axis=0)", "Z_bar.mean(axis=0)"),
    ("divided by N", "The weight gradient is divided by N. Whether there is a mean is the loss's "
     "business, and is in Z̄ already.", "np.transpose(Z_bar) @ X", "Z_bar.T @ X / len(X)"),
    ("a lost axis", "keepdims leaves an axis of length 1: b has shape (K,), and so has its bar.",
     "Z_bar.sum(axis=0)", "Z_bar.sum(axis=0, keepdims=True)"),
    ("bias gradient summed to one number", "The bar of b is summed over everything; each output "
     "has a bias of its own.", "Z_bar.sum(axis=0)", "Z_bar.sum()"),
    ("upstream signal ignored", "The bar of W is made of the inputs alone, as if Z̄ were all ones.",
     "np.transpose(Z_bar) @ X", "np.ones_like(Z_bar).T @ X"),
    ("elementwise for matrix product", "Sums are multiplied in place of a matrix product.",
     "np.transpose(Z_bar) @ X", "np.outer(Z_bar.sum(axis=0), np.sum(X, axis=0))"),
    ("only the last example", "Only the outer product of the last example is there; they are added "
     "over all examples.", "np.transpose(Z_bar) @ X", "np.outer(Z_bar[-1], X[-1])"),
    ("another order", "The bars come in another order than asked for: (X_bar, W_bar, b_bar).",
     "return Z_bar @ W, np.transpose(Z_bar) @ X, Z_bar.sum(axis=0)",
     "return np.transpose(Z_bar) @ X, Z_bar.sum(axis=0), Z_bar @ W"),
    ("arrays only", "Lists have no .T and no .sum: start with np.asarray.",
     "    Z_bar = np.asarray(Z_bar, dtype=float)\n", ""),
]:
    LINEAR_VJP.slip(*mistake)


@LINEAR_VJP.wrong("mutated inputs", "Z_bar is changed in place for the caller too.")
def linear_vjp(Z_bar, X, W):
    Z_bar = np.asarray(Z_bar)
    X_bar, W_bar = Z_bar @ W, Z_bar.T @ X
    b_bar = Z_bar[0]
    for row in Z_bar[1:]:
        b_bar += row
    return X_bar, W_bar, b_bar


@LINEAR_VJP.right("einsum")
def linear_vjp(Z_bar, X, W):
    return (np.einsum("nk,kd->nd", Z_bar, W), np.einsum("nk,nd->kd", Z_bar, X),
            np.einsum("nk->k", Z_bar))


@LINEAR_VJP.right("example by example")
def linear_vjp(Z_bar, X, W):
    Z_bar, X, W = (np.asarray(array, dtype=float) for array in (Z_bar, X, W))
    X_bar, W_bar, b_bar = np.empty_like(X), np.zeros_like(W), np.zeros(len(W))
    for n, (z_bar, x) in enumerate(zip(Z_bar, X, strict=True)):
        X_bar[n] = W.T @ z_bar
        W_bar += np.outer(z_bar, x)
        b_bar += z_bar
    return X_bar, W_bar, b_bar


@LINEAR_VJP.right("transposed twice, as a list")
def linear_vjp(Z_bar, X, W):
    back = np.transpose(np.transpose(W) @ np.transpose(Z_bar))
    return [back, np.transpose(np.transpose(X) @ np.asarray(Z_bar)),
            np.ones(len(Z_bar)) @ np.asarray(Z_bar)]


@LINEAR_VJP.right("tensordot and add.reduce")
def linear_vjp(Z_bar, X, W):
    return (np.tensordot(Z_bar, W, axes=1), np.tensordot(Z_bar, X, axes=(0, 0)),
            np.add.reduce(np.array(Z_bar)))


@LINEAR_VJP.right("three loops")
def linear_vjp(Z_bar, X, W):
    N, K, D = len(Z_bar), len(W), len(W[0])
    X_bar = [[sum(Z_bar[n][k] * W[k][d] for k in range(K)) for d in range(D)] for n in range(N)]
    W_bar = [[sum(Z_bar[n][k] * X[n][d] for n in range(N)) for d in range(D)] for k in range(K)]
    return X_bar, W_bar, [sum(Z_bar[n][k] for n in range(N)) for k in range(K)]


@LINEAR_VJP.right("the bias as one more input")
def linear_vjp(Z_bar, X, W):
    both = np.transpose(Z_bar) @ np.column_stack([X, np.ones(len(X))])
    return np.array(Z_bar, float).dot(W), both[:, :-1], both[:, -1]
