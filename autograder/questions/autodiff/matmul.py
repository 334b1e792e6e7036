"""The rule of the matrix product."""

import numpy as np

from autograder.question import Case, Part, Question, twice
from autograder.questions.autodiff.drawing import LARGE, away_from_zero

SIZES = "matrices of different sizes"
KINDS = {SIZES: (4, 3, 2), "square matrices": (3, 3, 3),
         "a row times a column": (1, 5, 1), "a column times a row": (4, 1, 3),
         "a row times a matrix": (1, 4, 2)}


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for kind, (rows, inner, columns) in KINDS.items():
        A, B = away_from_zero(rng, (rows, inner)), away_from_zero(rng, (inner, columns))
        cases.append(Case(kind, (away_from_zero(rng, (rows, columns)), A @ B, A, B)))
    A, B = away_from_zero(rng, (2, 3), *LARGE), away_from_zero(rng, (3, 4), *LARGE)
    cases.append(Case("large numbers", (away_from_zero(rng, (2, 4)), A @ B, A, B)))
    return cases


MATMUL_RULE = Question(
    "matmul_rule", ("matmul_rule",), draw,
    (
        Part("the bar of A", 0.5, 0, exact=(SIZES,), hint="A_bar[i, k] is the sum over j of "
             "C_bar[i, j] · B[k, j]: which of the two matrices is transposed?"),
        Part("the bar of B", 0.5, 1, exact=(SIZES,), hint="B_bar[k, j] is the sum over i of "
             "A[i, k] · C_bar[i, j]: which of the two matrices is transposed?"),
    ),
    probe=twice,
)


@MATMUL_RULE.wrong("W where Wᵀ belongs", "The factors are not transposed.")
def matmul_rule(bar, output, A, B):
    return bar @ B, A @ bar


@MATMUL_RULE.wrong("only A is not transposed", "A must be transposed in the bar of B.")
def matmul_rule(bar, output, A, B):
    return bar @ B.T, A @ bar


@MATMUL_RULE.wrong("only B is not transposed", "B must be transposed in the bar of A.")
def matmul_rule(bar, output, A, B):
    return bar @ B, A.T @ bar


@MATMUL_RULE.wrong("a transposed weight gradient", "The bar of B is transposed: it is barᵀ A "
                   "where Aᵀ bar is right.")
def matmul_rule(bar, output, A, B):
    return bar @ B.T, bar.T @ A


@MATMUL_RULE.wrong("the bar of A transposed", "The bar of A is transposed: it is B barᵀ where "
                   "bar Bᵀ is right.")
def matmul_rule(bar, output, A, B):
    return B @ bar.T, A.T @ bar


@MATMUL_RULE.wrong("the order of the factors", "The factors stand in the wrong order.")
def matmul_rule(bar, output, A, B):
    return B.T @ bar, bar @ A.T


@MATMUL_RULE.wrong("the two bars exchanged", "The bars come in the order of the inputs: that of "
                   "A first.")
def matmul_rule(bar, output, A, B):
    return A.T @ bar, bar @ B.T


@MATMUL_RULE.wrong("elementwise for matrix product", "This is the rule of the elementwise "
                   "product.")
def matmul_rule(bar, output, A, B):
    return bar * B, bar * A


@MATMUL_RULE.wrong("upstream signal ignored", "The bar of the output does not occur: these are "
                   "the bars for a bar of ones.")
def matmul_rule(bar, output, A, B):
    bar = np.ones_like(output)
    return bar @ B.T, A.T @ bar


@MATMUL_RULE.wrong("transpose done as reshape", "A reshaped matrix is not a transposed one.")
def matmul_rule(bar, output, A, B):
    return bar @ B.reshape(B.shape[::-1]), A.reshape(A.shape[::-1]) @ bar


@MATMUL_RULE.wrong("finite differences", "The bars are measured with finite differences: they are "
                   "slow, and wrong where numbers are large.")
def matmul_rule(bar, output, A, B):
    def slopes(f, x):
        found = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[index] = 1e-5
            found[index] = np.sum(bar * (f(x + step) - f(x - step))) / 2e-5
        return found

    return slopes(lambda A: A @ B, A), slopes(lambda B: A @ B, B)


@MATMUL_RULE.right("einsum")
def matmul_rule(bar, output, A, B):
    return np.einsum("ij,kj->ik", bar, B), np.einsum("ik,ij->kj", A, bar)


@MATMUL_RULE.right("transposed products")
def matmul_rule(bar, output, A, B):
    return (B @ bar.T).T, (bar.T @ A).T


@MATMUL_RULE.right("loops")
def matmul_rule(bar, output, A, B):
    A_bar, B_bar = np.zeros(A.shape), np.zeros(B.shape)
    for i in range(A.shape[0]):
        for k in range(A.shape[1]):
            for j in range(B.shape[1]):
                A_bar[i, k] += bar[i, j] * B[k, j]
                B_bar[k, j] += bar[i, j] * A[i, k]
    return A_bar, B_bar


@MATMUL_RULE.right("outer products")
def matmul_rule(bar, output, A, B):
    A_bar = sum(np.outer(bar[:, j], B[:, j]) for j in range(bar.shape[1]))
    B_bar = sum(np.outer(A[i], bar[i]) for i in range(bar.shape[0]))
    return [A_bar, B_bar]


@MATMUL_RULE.right("lists of lists")
def matmul_rule(bar, output, A, B):
    return np.dot(bar, np.swapaxes(B, 0, 1)).tolist(), np.tensordot(A, bar, (0, 0)).tolist()
