"""What a network costs, from the sizes of its layers."""

import numpy as np

from autograder.question import Case, Part, Question


def draw(rng: np.random.Generator) -> list[Case]:
    def sizes(count):
        return [int(size) for size in rng.permutation(np.arange(2, 30))[:count]]

    return [
        Case("a hidden layer", (sizes(3),)), Case("several hidden layers", (sizes(5),)),
        Case("several hidden layers", (sizes(6),)), Case("no hidden layer", (sizes(2),)),
        Case("a tuple", (tuple(sizes(4)),)),
    ]


MULTIPLY_ADDS = Question(
    "multiply_adds", ("multiply_adds",), draw,
    (
        Part("forward", 0.5, 0, hint="One multiply-add for each weight: for each layer, units "
             "times units of the layer before."),
        Part("backward", 0.5, 1, hint="Each weight takes part in two products: for its own bar, "
             "and for the message to its input."),
    ),
)
PAIR = "sizes[k] * sizes[k + 1]"
for mistake in [
    ("backward like forward", "The backward pass is counted like the forward pass. Each weight "
     "takes part in two products there.", "2 * weights", "weights"),
    ("backward three times", "The forward pass is counted into the backward pass: that makes "
     "three.", "2 * weights", "3 * weights"),
    ("half of it", "The backward pass is counted as half of the forward pass; it is twice.",
     "2 * weights", "weights // 2"),
    ("units for weights", "The units of a layer and of the one before are added; each of one is "
     "joined to each of the other.", PAIR, "sizes[k] + sizes[k + 1]"),
    ("biases counted", "The biases or activations, one for each unit, are counted too; only "
     "products with weights are.", PAIR, "(sizes[k] + 1) * sizes[k + 1]"),
    ("one layer too few", "The last layer is left out.", "len(sizes) - 1", "len(sizes) - 2"),
    ("products of all layers", "All sizes are multiplied; layers follow each other, so their "
     "costs are added.", "sum(sizes[k] * sizes[k + 1] for k in range(len(sizes) - 1))",
     "int(np.prod(sizes))"),
    ("squares", "Each layer is joined to itself: the sizes are squared.",
     PAIR, "sizes[k] * sizes[k]"),
    ("no message to the input", "The message to the input X is left out; here it counts, as "
     "linear_vjp computes it.", "2 * weights", "2 * weights - sizes[0] * sizes[1]"),
]:
    MULTIPLY_ADDS.slip(*mistake)


@MULTIPLY_ADDS.right("a loop")
def multiply_adds(sizes):
    forward = backward = 0
    for k in range(1, len(sizes)):
        forward += sizes[k - 1] * sizes[k]
        backward += sizes[k - 1] * sizes[k]  # for the bars of the weights
        backward += sizes[k] * sizes[k - 1]  # for the bars of the inputs
    return forward, backward


@MULTIPLY_ADDS.right("an inner product")
def multiply_adds(sizes):
    forward = np.dot(sizes[1:], sizes[:-1])
    return forward, 2 * forward


@MULTIPLY_ADDS.right("as an array")
def multiply_adds(sizes):
    sizes = np.asarray(sizes)
    return np.array([1, 2]) * np.sum(sizes[1:] * sizes[:-1])


@MULTIPLY_ADDS.right("counted on arrays of weights")
def multiply_adds(sizes):
    import itertools

    weights = [np.zeros((to, of)) for of, to in itertools.pairwise(sizes)]
    return sum(W.size for W in weights), sum(W.size + W.T.size for W in weights)


@MULTIPLY_ADDS.right("recursion, as floats")
def multiply_adds(sizes):
    if len(sizes) < 2:
        return [0.0, 0.0]
    first, *others = sizes
    forward, backward = multiply_adds(others)
    here = float(first) * others[0]
    return [forward + here, backward + 2 * here]
