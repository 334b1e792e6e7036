"""The first wrong signal is found by finite differences alone, and told in sentences."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from course_utils.finite_difference import derivative
from course_utils.graphs import first_wrong_signal, hints, named, signals
from course_utils.graphs.named import (
    MLP,
    MLP_BATCH,
    NEURON,
    REGULARIZED_NEURON,
    SOFTMAX_CLASSIFIER,
    TWO_PATHS,
    NamedGraph,
    Step,
    mlp_by_units,
)

N, D, H, K = 5, 3, 4, 2


def logistic(z):
    return (1 + np.tanh(z / 2)) / 2


def mlp_backward(W1, b1, W2, b2, x, t):
    h = logistic(W1 @ x + b1)
    y = W2 @ h + b2 - t
    h_bar = W2.T @ y
    z = h_bar * h * (1 - h)
    return {"y": y, "W2": np.outer(y, h), "b2": y, "h": h_bar, "z": z, "W1": np.outer(z, x),
            "b1": z}


def batch_backward(W1, b1, W2, b2, X, T):
    hidden = logistic(X @ W1.T + b1)
    Y = (hidden @ W2.T + b2 - T) / len(X)
    H_bar = Y @ W2
    Z = H_bar * hidden * (1 - hidden)
    return {"Y": Y, "W2": Y.T @ hidden, "b2": Y.sum(axis=0), "H": H_bar, "Z": Z, "W1": Z.T @ X,
            "b1": Z.sum(axis=0)}


def neuron_backward(w, b, x, t):
    y = logistic(w * x + b)
    z = (y - t) * y * (1 - y)
    return {"y": y - t, "z": z, "w": z * x, "b": z}


def regularized_backward(w, b, x, t, lam):
    bars = neuron_backward(w, b, x, t)
    return bars | {"loss": 1.0, "reg": lam, "w": bars["w"] + lam * w}


def two_paths_backward(t):
    x, y = np.cos(t), t**2
    x_bar, y_bar = y * np.exp(x * y), 1 + x * np.exp(x * y)
    return {"x": x_bar, "y": y_bar, "t": x_bar * -np.sin(t) + y_bar * 2 * t}


def softmax_backward(W, b, x, t):
    z = W @ x + b
    weights = np.exp(z - z.max())
    z_bar = weights / weights.sum() - t
    return {"z": z_bar, "W": np.outer(z_bar, x), "b": z_bar}


def units_backward(**inputs):
    D_, H_, K_ = 2, 3, 2
    W1 = np.array([[inputs[f"W1_{i}{j}"] for j in range(1, D_ + 1)] for i in range(1, H_ + 1)])
    W2 = np.array([[inputs[f"W2_{k}{i}"] for i in range(1, H_ + 1)] for k in range(1, K_ + 1)])
    b1, b2 = (np.array([inputs[f"{name}_{i}"] for i in range(1, n + 1)])
              for name, n in (("b1", H_), ("b2", K_)))
    x, t = (np.array([inputs[f"{name}{i}"] for i in range(1, n + 1)])
            for name, n in (("x", D_), ("t", K_)))
    bars = mlp_backward(W1, b1, W2, b2, x, t)
    vectors = {f"{name}{'_' if name[0] == 'b' else ''}{i}": value for name in ("y", "h", "z", "b1",
               "b2") for i, value in enumerate(bars[name], start=1)}
    return vectors | {f"{name}_{i}{j}": bars[name][i - 1, j - 1] for name in ("W1", "W2")
                      for i, j in ((a + 1, b + 1) for a, b in np.ndindex(bars[name].shape))}


UNITS = mlp_by_units(2, 3, 2)
SHAPES = {
    "neuron": (NEURON, neuron_backward, {}),
    "regularised": (REGULARIZED_NEURON, regularized_backward, {}),
    "two paths": (TWO_PATHS, two_paths_backward, {}),
    "mlp": (MLP, mlp_backward, {"W1": (H, D), "b1": (H,), "W2": (K, H), "b2": (K,), "x": (D,),
                                "t": (K,)}),
    "batch": (MLP_BATCH, batch_backward, {"W1": (H, D), "b1": (H,), "W2": (K, H), "b2": (K,),
                                          "X": (N, D), "T": (N, K)}),
    "softmax": (SOFTMAX_CLASSIFIER, softmax_backward, {"W": (K, D), "b": (K,), "x": (D,)}),
    "units": (UNITS, units_backward, {}),
}
EVERY = pytest.mark.parametrize("which", SHAPES)


def drawn(which: str, seed: int = 0, scale: float = 1.0):
    """A graph with inputs of about the size `scale`, and the right bars."""
    graph, backward, shapes = SHAPES[which]
    rng = np.random.default_rng(seed)
    inputs = {name: scale * rng.normal(size=shapes.get(name, ())) for name in graph.inputs}
    inputs = {name: value if value.ndim else float(value) for name, value in inputs.items()}
    if which == "softmax":
        inputs["t"] = np.eye(K)[seed % K]
    return graph, inputs, backward(**inputs)


# -- named graphs ------------------------------------------------------------------------------

def test_the_forward_pass_of_the_neuron_by_hand():
    inputs = {"w": 2, "b": math.log(3) - 6, "x": 3, "t": 0.25, "lam": 0.5}
    values = REGULARIZED_NEURON.forward(inputs)
    assert values == pytest.approx({"w": 2, "b": math.log(3) - 6, "x": 3, "t": 0.25, "lam": 0.5,
                                    "z": math.log(3), "y": 0.75, "loss": 0.125, "reg": 2,
                                    "total": 1.125})
    assert REGULARIZED_NEURON.output_with(inputs, "y", 0.25) == pytest.approx(1.0)
    assert REGULARIZED_NEURON.output_with(inputs, "w", 0.0, "reg") == pytest.approx(0.125)


def test_the_network_by_units_computes_what_the_vectorised_one_does():
    _, inputs, _ = drawn("units")
    W1 = [[inputs[f"W1_{i}{j}"] for j in (1, 2)] for i in (1, 2, 3)]
    W2 = [[inputs[f"W2_{k}{i}"] for i in (1, 2, 3)] for k in (1, 2)]
    values = MLP.forward({"W1": W1, "b1": [inputs[f"b1_{i}"] for i in (1, 2, 3)], "W2": W2,
                          "b2": [inputs[f"b2_{k}"] for k in (1, 2)],
                          "x": [inputs["x1"], inputs["x2"]], "t": [inputs["t1"], inputs["t2"]]})
    by_units = UNITS.forward(inputs)
    assert by_units["loss"] == pytest.approx(values["loss"])
    for name, size in (("z", 3), ("h", 3), ("y", 2)):
        assert [by_units[f"{name}{i}"] for i in range(1, size + 1)] == pytest.approx(
            list(values[name]))


def test_the_softmax_loss_is_minus_the_log_of_the_probability():
    inputs = {"W": np.zeros((3, 2)), "b": np.log([0.2, 0.5, 0.3]), "x": [1, 2], "t": [0, 1, 0]}
    assert SOFTMAX_CLASSIFIER.forward(inputs)["loss"] == pytest.approx(-math.log(0.5))


@pytest.mark.parametrize("which", ["neuron", "regularised", "two paths", "units"])
def test_the_messages_along_the_edges_add_up_to_the_bar(which):
    graph, inputs, bars = drawn(which)
    values = graph.forward(inputs)
    for name in bars:
        messages = [derivative(lambda v, n=name, c=child: graph.output_with(inputs, n, v, c),
                               values[name]).value for child in graph.children(name)]
        assert sum(messages) == pytest.approx(bars[name], rel=1e-6)


@EVERY
def test_a_named_graph_is_a_graph_to_draw_with_its_local_derivatives(which):
    graph, inputs, bars = drawn(which)
    nodes = {node.name: node for node in graph.nodes(inputs, bars)}
    assert tuple(nodes) == graph.variables and set(graph.bars) == set(bars)
    for name in bars:
        messages = [child.bar * local for child in nodes.values()
                    for parent, local in zip(child.parents, child.local_grads, strict=True)
                    if parent == name and local is not None and child.bar is not None]
        if len(messages) == len(graph.children(name)):
            assert sum(messages) == pytest.approx(bars[name], rel=1e-6)
    assert nodes[graph.output].bar == 1
    assert all(node.bar is None for node in graph.nodes(inputs))


def test_an_input_that_is_missing_is_named():
    with pytest.raises(ValueError, match=r"needs the inputs w, b, x, t, and x is missing\."):
        NEURON.forward({"w": 1, "b": 1, "t": 0})
    with pytest.raises(ValueError, match="has no variable q"):
        first_wrong_signal(NEURON, drawn("neuron")[1], {}, wanted=["q"])


def test_a_saturated_neuron_gives_no_warning():
    assert NEURON.forward({"w": -1000, "b": 0, "x": 1, "t": 0})["loss"] == 0


# -- right and wrong bars ------------------------------------------------------------------------

@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_right_bars_are_found_right(which, seed):
    graph, inputs, bars = drawn(which, seed)
    found = first_wrong_signal(graph, inputs, bars | {"more": "than asked for"})
    assert found and found.ok is True and found.name is None
    assert found.right == graph.bars and not found.unclear


def test_lists_and_integers_are_right_too():
    graph, inputs, bars = drawn("mlp")
    lists = {name: np.asarray(bar).tolist() for name, bar in bars.items()}
    assert first_wrong_signal(graph, {k: np.asarray(v).tolist() for k, v in inputs.items()}, lists)
    loss_at = {"w": 1, "b": 0, "x": 0, "t": 1}  # z = 0, y = 1/2
    assert first_wrong_signal(NEURON, loss_at, {"y": -0.5, "z": np.float32(-0.125), "w": 0,
                                                "b": np.array(-0.125)})


@EVERY
@pytest.mark.parametrize("wrong", [lambda bar: -bar, lambda bar: 2 * bar,
                                   lambda bar: bar * 1.0001, lambda bar: bar + 0.001])
def test_each_wrong_bar_is_the_first_wrong_one_if_those_before_it_are_right(which, wrong):
    graph, inputs, bars = drawn(which)
    for place, name in enumerate(graph.bars):
        found = first_wrong_signal(graph, inputs, bars | {name: wrong(np.asarray(bars[name]))})
        assert found.ok is False and found.name == name and not found
        assert found.right == graph.bars[:place]
        assert str(found).startswith(f"The first wrong signal is {name}_bar.")


def test_of_several_wrong_ones_the_first_in_backward_order_is_named():
    graph, inputs, bars = drawn("mlp")
    found = first_wrong_signal(graph, inputs, {name: 0 * np.asarray(bars[name]) for name in bars}
                               | {"y": bars["y"], "W2": bars["W2"], "b2": bars["b2"]})
    assert found.name == "h" and found.right == ("y", "W2", "b2")
    some = first_wrong_signal(graph, inputs, {"b1": bars["z"], "z": -bars["z"]},
                              wanted=["b1", "z"])
    assert some.name == "z"


def test_the_worst_entry_of_an_array_is_named():
    graph, inputs, bars = drawn("mlp")
    bars["W1"] = bars["W1"].copy()
    bars["W1"][2, 1] += 5
    bars["W1"][0, 0] += 0.1
    found = first_wrong_signal(graph, inputs, bars)
    assert "W1_bar[2, 1], the worst of its entries, is" in str(found)


@example(349, "softmax", 3.0)  # the loss is 4e−12
@example(19, "softmax", 10.0)  # the bar is 1e−100, and the loss does not move
@given(st.integers(0, 10_000), st.sampled_from(["neuron", "regularised", "two paths", "softmax"]),
       st.sampled_from([0.01, 1.0, 3.0, 10.0]))
@settings(max_examples=60, deadline=None)
def test_right_bars_are_never_called_wrong(seed, which, scale):
    graph, inputs, bars = drawn(which, seed, min(scale, 2.0) if which == "two paths" else scale)
    assert first_wrong_signal(graph, inputs, bars).ok is not False


# -- hints ---------------------------------------------------------------------------------------

def hint(which: str, name: str, change) -> str:
    graph, inputs, bars = drawn(which)
    return str(first_wrong_signal(graph, inputs, bars | {name: change(bars, inputs)}))


@pytest.mark.parametrize(("which", "name", "change", "words"), [
    ("neuron", "y", lambda b, i: -b["y"], "It has the wrong sign"),
    ("neuron", "y", lambda b, i: 2 * b["y"], "It is twice what it should be"),
    ("neuron", "y", lambda b, i: b["y"] / 2, "It is half of what it should be"),
    ("neuron", "z", lambda b, i: b["y"], "It is y_bar passed on as it is"),
    ("neuron", "z", lambda b, i: b["z"] / b["y"], "the local derivative alone: y_bar"),
    ("neuron", "w", lambda b, i: b["z"], "It is z_bar passed on as it is"),
    ("neuron", "w", lambda b, i: i["x"], "the local derivative alone: z_bar"),
    ("neuron", "b", lambda b, i: 0, "It is 0: no message has arrived."),
    ("regularised", "w", lambda b, i: b["w"] - i["lam"] * i["w"],
     "Only the message from z has arrived; the one from reg is missing"),
    ("regularised", "w", lambda b, i: i["lam"] * i["w"],
     "Only the message from reg has arrived; the one from z is missing"),
    ("regularised", "w", lambda b, i: b["w"] + i["lam"] * i["w"],
     "The message from reg is twice what it should be"),
    ("regularised", "w", lambda b, i: b["w"] - i["lam"] * i["w"] + i["w"],
     "The message from reg is the local derivative alone: reg_bar"),
    ("regularised", "w", lambda b, i: b["w"] - 2 * i["lam"] * i["w"],
     "The message from reg has the wrong sign"),
    ("two paths", "t", lambda b, i: b["x"] * -np.sin(i["t"]), "Only the message from x"),
    ("two paths", "t", lambda b, i: b["y"] * 2 * i["t"], "Only the message from y"),
    ("mlp", "z", lambda b, i: b["h"], "It is h_bar passed on as it is"),
    ("mlp", "W2", lambda b, i: -b["W2"], "It has the wrong sign"),
    ("mlp", "W2", lambda b, i: b["W2"].T, "has the shape (4, 2), but W2 has the shape (2, 4)"),
    ("mlp", "W2", lambda b, i: b["W2"].T, "Is it transposed?"),
    ("batch", "Y", lambda b, i: N * b["Y"], "It is 5 times what it should be, in every"),
    ("batch", "b1", lambda b, i: b["b1"] / N, "It is 0.2 times what it should be"),
    ("units", "h1", lambda b, i: b["y1"] * i["W2_11"], "Only the message from y1"),
])
def test_a_telling_mistake_is_told(which, name, change, words):
    assert words in hint(which, name, change)


def test_a_transposed_square_matrix_is_told():
    rng = np.random.default_rng(3)
    inputs = {"W1": rng.normal(size=(3, 3)), "b1": rng.normal(size=3), "x": rng.normal(size=3),
              "W2": rng.normal(size=(2, 3)), "b2": rng.normal(size=2), "t": rng.normal(size=2)}
    bars = mlp_backward(**inputs)
    found = first_wrong_signal(MLP, inputs, bars | {"W1": bars["W1"].T})
    assert "It is transposed: rows and columns have changed places." in str(found)


def test_a_mistake_that_tells_nothing_gets_no_hint():
    said = hint("neuron", "z", lambda b, i: 0.123)
    assert said.splitlines()[1:] == [said.splitlines()[1], (
        "z is used in y alone: z_bar is y_bar times the derivative of y with respect to z."),
        "Signals computed after it may only be wrong because it is."]
    assert "It is 0.123; finite differences say " in said


# -- form ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("bar", "words"), [
    (None, "It is None"), (math.nan, "NaN or infinite"), (math.inf, "NaN or infinite"),
    ("0.1", "It does not consist of real numbers"), (1j, "does not consist of real numbers"),
    ([1, [2, 3]], "its rows differ in length"), (np.array([0.1]), "It should be a single number"),
    (lambda: 1, "does not consist of real numbers"),
])
def test_what_is_no_number_is_told(bar, words, shown):
    graph, inputs, bars = drawn("neuron")
    found = first_wrong_signal(graph, inputs, bars | {"z": bar})
    assert found.ok is False and found.name == "z" and found.right == ("y",)
    assert words in str(found)
    found.show()
    assert len(shown) == 1


def test_missing_bars_and_what_is_no_dict_are_told():
    graph, inputs, bars = drawn("neuron")
    del bars["z"]
    found = first_wrong_signal(graph, inputs, bars)
    assert found.name == "z" and "the dict has no 'z'. It has 'y', 'w', 'b'." in str(found)
    assert "nothing at all" in str(first_wrong_signal(graph, inputs, {}))
    for bars, words in [(None, "it is None: is a return missing?"), ((1, 2), "is a tuple")]:
        found = first_wrong_signal(graph, inputs, bars)
        assert found.ok is False and found.name is None and words in str(found)
        found.draw()


def test_nan_in_an_array_is_located():
    graph, inputs, bars = drawn("mlp")
    bars["W2"] = bars["W2"].copy()
    bars["W2"][1, 2] = np.nan
    assert "It is NaN or infinite at [1, 2]." in str(first_wrong_signal(graph, inputs, bars))


# -- kinks and noise -------------------------------------------------------------------------------

RELU = NamedGraph("relu", ("x",), (Step("h", "relu", ("x",), lambda x: np.maximum(x, 0.0)),
                                   Step("loss", "3·h", ("h",), lambda h: 3 * np.sum(h))),
                  ("h", "x"))


@pytest.mark.parametrize(("bar", "ok"), [(0.0, True), (1.5, True), (3.0, True), (-0.1, False),
                                         (3.2, False)])
def test_at_a_kink_all_between_the_slopes_is_right(bar, ok):
    found = first_wrong_signal(RELU, {"x": 0.0}, {"h": 3.0, "x": bar})
    assert found.ok is ok
    if not ok:
        assert "There is a kink here" in str(found)


@pytest.mark.parametrize("bar", [0.0, 1.0, -7.0])
def test_where_finite_differences_cannot_tell_nothing_is_called_wrong(bar):
    stairs = NamedGraph("stairs", ("x",), (
        Step("y", "round", ("x",), lambda x: np.round(1000 * x) / 1000),
        Step("loss", "y", ("y",), lambda y: y)), ("y", "x"))
    found = first_wrong_signal(stairs, {"x": 0.5005}, {"y": 1.0, "x": bar})
    assert found.ok is None and found.unclear == ("x",) and found.right == ("y",)
    assert "x_bar: cannot tell here." in str(found)
    infinite = NamedGraph("log", ("x",), (Step("loss", "1/x", ("x",), lambda x: np.divide(1, x)),),
                          ("x",))
    with np.errstate(all="ignore"):
        assert first_wrong_signal(infinite, {"x": 0.0}, {"x": bar}).ok is None


# -- the figure ------------------------------------------------------------------------------------

def test_the_report_draws_the_graph_with_ticks_and_the_first_wrong_one(shown, capsys):
    graph, inputs, bars = drawn("regularised")
    found = first_wrong_signal(graph, inputs, bars | {"y": 5.0})
    found.show()
    page = shown[0]["text/html"]
    assert page.count("✓") == 2 and page.count("✗") == 1 and page.count('class="wrong"') == 2
    assert "bar 5 ✗" in page and "The first wrong one is y." in shown[0]["text/plain"]
    assert capsys.readouterr().out == f"{found}\n"
    first_wrong_signal(graph, inputs, {"loss": 1.0}).draw()
    assert "bar missing ✗" in shown[1]["text/html"]


@pytest.mark.parametrize("module", [signals, named, hints])
def test_the_examples_in_the_docstrings_run(module):
    assert doctest.testmod(module).failed == 0
