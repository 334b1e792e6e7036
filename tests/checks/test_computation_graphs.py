"""What the visible checks of notebook 2 say, and that they stand on their own."""

import time

import numpy as np
import pytest

from autograder.marking import mark
from autograder.questions import all_questions
from autograder.reference import answers_of, namespace_with, reference_for, solution_of
from course_utils.checks.report import CheckFailed

from .conftest import check


@pytest.mark.parametrize(("question", "variant", "says"), [
    ("value", "the own factor as derivative", "a * b at a = 2, b = 5"),
    ("value", "number − node the wrong way round", "The number comes first"),
    ("value", "overflow in the sigmoid", "only sees negative numbers"),
    ("value", "numbers not wrapped", "Value.of(other) makes a node of it"),
    ("value", "nodes as local derivatives", "take its .data"),
    ("value", "tanh′ from z", "With y = tanh(a)"),
    ("topological_order", "recursion", "about 1,000 deep"),
    ("topological_order", "preorder", "v3 stands before its parent v2"),
    ("topological_order", "duplicates thrown out too late", "for each path"),
    ("topological_order", "no memory of the nodes seen", "v1 is there more than once"),
    ("topological_order", "the output left out", "the output itself"),
    ("graph_backward", "overwriting at a fan-out", "v1 has 2 messages to receive, from v3 and v4"),
    ("graph_backward", "overwriting at a fan-out", "Only one of the messages has stayed"),
    ("graph_backward", "stale gradients", "After a second call"),
    ("graph_backward", "no seed at the output", "it should be 1"),
    ("graph_backward", "all paths, one by one", "it was stopped"),
    ("logistic_graph", "two nodes for w", "one and the same node"),
    ("logistic_graph", "a broken chain", "the chain is broken there"),
    ("count_operations", "a parent used twice counts once", "has two edges to it"),
    ("breaks_depth_first", "larger than needed", "a graph with fewer nodes"),
    ("breaks_keeping", "nothing between", "gets every grad right"),
])
def test_the_message_says_where_to_look(question, variant, says, message_of):
    assert says in message_of(question, variant)


UNFINISHED = """
class Value:
    def __init__(self, data, parents=(), local_grads=(), op=""):
        raise NotImplementedError

def topological_order(output):
    raise NotImplementedError
"""


@pytest.mark.parametrize("name", ["topological_order", "graph_backward", "logistic_graph",
                                  "count_operations"])
def test_an_exercise_can_be_checked_before_those_in_front_of_it_are_right(name):
    namespace = namespace_with(UNFINISHED, reference_for(name))
    exec(solution_of(name), namespace)
    check(all_questions()[name], namespace)


@pytest.fixture
def mark_alone():
    """Marks a question with the names of a namespace."""
    def marked(question, namespace):
        cases = question.draw(np.random.default_rng(3))
        return mark(question, cases, answers_of(question, namespace, cases),
                    answers_of(question, reference_for(question.id), cases))
    return marked


@pytest.mark.parametrize(("name", "lost"), [
    ("topological_order", 0), ("graph_backward", 0.5), ("logistic_graph", 0),
    ("count_operations", 0)])
def test_an_exercise_is_marked_apart_from_those_in_front_of_it(name, lost, mark_alone):
    """Value.backward() alone needs a class that can be used."""
    question = all_questions()[name]
    namespace = namespace_with(UNFINISHED, reference_for(name))
    exec(solution_of(name), namespace)
    result = mark_alone(question, namespace)
    assert result.points == result.max_points - lost


HALF = """
class Value:
    def __init__(self, data, parents=(), local_grads=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.local_grads = tuple(parents), tuple(local_grads)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        raise NotImplementedError
"""


def test_a_half_written_class_gets_the_points_of_what_is_there(mark_alone):
    question = all_questions()["value"]
    result = mark_alone(question, namespace_with(HALF, reference_for("value")))
    assert 0 < result.points < 2
    with pytest.raises(CheckFailed, match=r"a \* b is not written yet"):
        check(question, namespace_with(HALF, reference_for("value")))


@pytest.mark.parametrize(("question", "code"), [
    ("topological_order", """
def topological_order(output):
    return [output] + [n for p in output.parents for n in topological_order(p)]
"""),
    ("graph_backward", """
def backward(output, bar=1.0):
    output.grad += bar
    for parent, slope in zip(output.parents, output.local_grads):
        backward(parent, bar * slope)
"""),
    ("count_operations", """
def count_operations(output):
    counts = [count_operations(parent) for parent in output.parents]
    return (bool(counts) + sum(f for f, _ in counts), len(counts) + sum(b for _, b in counts))
"""),
])
def test_an_exponential_solution_is_stopped_at_once(question, code):
    start = time.monotonic()
    with pytest.raises(CheckFailed):
        check(all_questions()[question], namespace_with(code, reference_for(question)))
    assert time.monotonic() - start < 30, "it would take years"
