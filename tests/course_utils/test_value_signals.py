"""The first wrong grad of a student's own graph, and what is said about known mistakes."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from course_utils.graphs import first_wrong_signal, value_signals


class Value:
    """A right one."""

    def __init__(self, data, parents=(), local_grads=(), op=""):
        self.data, self.grad = float(data), 0.0
        self.parents, self.local_grads, self.op = parents, local_grads, op

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data), "×")

    def exp(self):
        return Value(math.exp(self.data), (self,), (math.exp(self.data),), "exp")

    def tanh(self):
        y = math.tanh(self.data)
        return Value(y, (self,), (1 - y * y,), "tanh")

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (float(self.data > 0),), "relu")


class WrongTanh(Value):
    def tanh(self):
        y = math.tanh(self.data)
        return WrongTanh(y, (self,), (1 - y,), "tanh")

    def __add__(self, other):
        return WrongTanh(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other):
        return WrongTanh(self.data * other.data, (self, other), (other.data, self.data), "×")


class WrongProduct(Value):
    def __mul__(self, other):
        return WrongProduct(self.data * other.data, (self, other), (self.data, other.data), "×")

    def __add__(self, other):
        return WrongProduct(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def tanh(self):
        y = math.tanh(self.data)
        return WrongProduct(y, (self,), (1 - y * y,), "tanh")


def order(output):
    """Parents before children."""
    done, seen, stack = [], set(), [(output, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            done.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack += [(node, True), *((parent, False) for parent in node.parents)]
    return done


def right_backward(output):
    for node in order(output):
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order(output)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad += node.grad * local


def overwriting(output):
    output.grad = 1.0
    for node in reversed(order(output)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad = node.grad * local


def twice_without_zeroing(output):
    right_backward(output)
    for node in order(output)[:-1]:
        node.grad *= 2


def without_an_order(output):
    """Depth first: passes on what a node has so far, once for each node."""
    output.grad, stack, seen = 1.0, [output], set()
    while stack:
        node = stack.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad += node.grad * local
            stack.insert(0, parent)


def without_a_seed(output):
    output.grad = 2.0
    for node in reversed(order(output)):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            parent.grad += node.grad * local


def build(a, b):
    """c is used three times, once through a detour."""
    c = a * b + a
    d = c.tanh()
    return d * c + c


def names_of(output):
    """Names for the graph of `build`."""
    product, c = output.parents
    return {"out": output, "dc": product, "c": c, "d": product.parents[0], "ab": c.parents[0],
            "a": c.parents[1], "b": c.parents[0].parents[1]}


def judged(backward, kind=Value, **options):
    a, b = kind(0.7), kind(-1.3)
    output = build(a, b)
    backward(output)
    return first_wrong_signal(output, (a, b), names=names_of(output), **options)


def test_right_grads_are_right_with_and_without_the_forward_function():
    found = judged(right_backward)
    assert found.ok is True and len(found.right) == 7
    assert "Whether the local derivatives are right, this cannot tell" in str(found)
    found = judged(right_backward, forward=build)
    assert found and "agree with finite differences" in str(found)


@pytest.mark.parametrize(("backward", "name", "words"), [
    (overwriting, "c", "+= in place of ="),
    (twice_without_zeroing, "dc", "It is 2 times as large"),
    (without_an_order, "ab", "It was sent before c_bar was complete"),
    (without_a_seed, "out", "itself, 1, but its grad is 2."),
    (lambda output: None, "out", "Every grad is 0: no backward pass was run"),
])
def test_known_mistakes_are_found_and_told(backward, name, words, shown):
    found = judged(backward)
    assert found.ok is False and found.name == name and words in str(found)
    found.show()
    assert 'class="wrong"' in shown[0]["text/html"]


@pytest.mark.parametrize(("kind", "name", "words"), [
    (WrongTanh, "d", "∂d/∂c is 1.20697 in local_grads; finite differences say 0.957165"),
    (WrongProduct, "dc", "look at its local derivatives")])
def test_wrong_local_derivatives_are_found_by_the_forward_function(kind, name, words):
    assert judged(right_backward, kind).ok is True
    found = judged(right_backward, kind, forward=build)
    assert found.ok is False and found.name == name
    assert words in str(found) and "sends wrong ones" in str(found)


def test_nothing_is_called_wrong_at_a_kink():
    a = Value(0.0)
    output = a.relu() * a.relu().exp() + a
    right_backward(output)
    found = first_wrong_signal(output, [a], forward=lambda a: a.relu() * a.relu().exp() + a)
    assert found.ok is None and "cannot tell here" in str(found)


def test_a_forward_function_that_builds_something_else_decides_nothing():
    for other in (lambda a, b: a * b, lambda a, b: build(b, a)):
        found = judged(right_backward, forward=other)
        assert found.ok is None and "forward, called with" in str(found)


def test_a_large_graph_is_read_fast_and_not_built_anew(monkeypatch):
    monkeypatch.setattr(value_signals, "MOST_NODES", 3)
    assert "more than 3 nodes" in str(judged(right_backward, forward=build))


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda output: setattr(output, "parents", None), "should be tuples"),
    (lambda output: setattr(output, "parents", (output, output)), "has a cycle"),
    (lambda output: setattr(output, "parents", (Value(1.0),)), "1 parents but 2 local deriv"),
    (lambda output: setattr(output, "local_grads", (1.0, "x")), "is a str, and not one number"),
    (lambda output: setattr(output.parents[1], "grad", math.nan), "Its grad is nan"),
    (lambda output: setattr(output.parents[1], "grad", None), "It is None"),
    (lambda output: setattr(output.parents[1], "grad", np.ones(2)), "holds an array"),
    (lambda output: setattr(output.parents[1], "data", np.ones(2)), "holds an array"),
])
def test_a_broken_graph_is_told_in_a_sentence(spoil, words):
    a, b = Value(0.7), Value(-1.3)
    output = build(a, b)
    right_backward(output)
    spoil(output)
    found = first_wrong_signal(output, (a, b), forward=build)
    assert found.ok is False and words in str(found)


def test_what_is_no_graph_is_told_and_drawing_it_does_nothing(shown):
    found = first_wrong_signal(3.5)
    assert found.ok is False and "is a float" in str(found)
    found.draw()
    assert not shown


@pytest.mark.parametrize("seed", range(15))
def test_random_graphs_with_right_grads_are_never_called_wrong(seed):
    def grow(*inputs):
        choose, nodes = random.Random(seed), list(inputs)
        for _ in range(25):
            a, b = choose.choice(nodes), choose.choice(nodes)
            nodes.append(choose.choice([lambda a=a, b=b: a + b, lambda a=a, b=b: a * b.tanh(),
                                        lambda a=a: a.tanh(), lambda a=a: a.tanh().exp()])())
        return sum_of(nodes)

    def sum_of(nodes):
        total = nodes[0]
        for node in nodes[1:]:
            total = total + node
        return total

    inputs = [Value(random.Random(seed + k).uniform(-2, 2)) for k in range(3)]
    output = grow(*inputs)
    right_backward(output)
    assert first_wrong_signal(output).ok is True
    assert first_wrong_signal(output, inputs, forward=grow).ok is not False
    victim = random.Random(seed).choice([node for node in order(output)[:-1] if node.grad])
    victim.grad *= 1.001
    assert first_wrong_signal(output).ok is False
