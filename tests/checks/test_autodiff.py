"""What the visible checks of notebook 5 say to those who made a well-known mistake."""

import pytest

from autograder.reference import namespace_with, reference_for
from course_utils.checks import autodiff as checks
from course_utils.checks.report import CheckFailed


@pytest.mark.parametrize(("question", "variant", "says"), [
    ("unbroadcast", "keepdims lost", "should have shape (1, 3), but has (3,)"),
    ("unbroadcast", "axes matched from the wrong end", "should have shape (3,), but has (2,)"),
    ("elementwise_rules", "broadcast not summed back", "it must have the shape of b, (3,)"),
    ("elementwise_rules", "the sign of the divisor", "Everywhere it is -1 times"),
    ("elementwise_rules", "upstream signal ignored in a product", "where does bar come in"),
    ("elementwise_rules", "a bare array in place of a tuple", "(x_bar,) with a comma"),
    ("elementwise_rules", "bars multiplied in place", "changed its argument"),
    ("matmul_rule", "the two bars exchanged", "the bar of A has shape (3, 4)"),
    ("matmul_rule", "W where Wᵀ belongs", "stopped with ValueError"),
    ("shape_rules", "never divided by N", "Everywhere it is 6 times"),
    ("shape_rules", "keepdims lost", "np.expand_dims puts it back"),
    ("shape_rules", "a repeated index overwrites", "np.add.at(x_bar, index, bar) adds each"),
    ("shape_rules", "transposed by the same axes again", "Undo the permutation"),
    ("backward_pass", "overwriting at a fan-out", "They add up"),
    ("backward_pass", "no seed at the output", "by hand it is 1"),
    ("backward_pass", "one message for each path", "each record asks once"),
    ("backward_pass", "stale bars from an earlier pass", "left over from the first pass"),
    ("backward_pass", "only what the output depends on", "is None"),
    ("grad", "dicts forgotten", "Only a traced array has a position"),
    ("grad", "constant functions forgotten", "gives it one"),
    ("grad", "stale gradients from an earlier pass", "a new one at each call"),
    ("mlp_loss", "hidden units off the tape", "does not know how the loss depends on W1"),
    ("mlp_loss", "overflow in exp", "overflow"),
    ("checkpointed_vjp", "all values kept", "values were alive at the same time"),
    ("checkpointed_vjp", "copies of all values kept", "Copies take memory, too"),
    ("checkpointed_vjp", "always from the start", "times; 12 must do"),
])
def test_the_message_says_where_to_look(question, variant, says, message_of):
    assert says in message_of(question, variant)


def test_a_traced_gradient_is_refused():
    source = ("def grad(f, rules):\n"
              "    return lambda x, *others: watch(Tape(), x)\n")
    with pytest.raises(CheckFailed, match=r"a plain one is\s+wanted"):
        checks.grad(namespace_with(source, reference_for("grad"))["grad"])


def test_a_missing_backward_pass_is_not_blamed_on_grad():
    stub = "def backward_pass(tape, last, rules):\n    raise NotImplementedError\n"
    namespace = dict(reference_for("grad"))
    exec(stub, namespace)
    from autograder.reference import rebound

    grad = rebound(namespace["grad"], backward_pass=namespace["backward_pass"])
    with pytest.raises(CheckFailed, match="backward_pass, which grad calls, is not written yet"):
        checks.grad(grad)


def test_a_table_without_a_rule_says_which_one_is_missing():
    with pytest.raises(CheckFailed, match="no rule 'add' yet"):
        checks.elementwise_rules(lambda: {"exp": abs})
