"""The steps of gradient descent, without and with momentum."""

import numpy as np

from autograder.comparing import form_of
from autograder.question import Case, Part, Question

PARAMETERS = "arrays of several shapes"
INTEGERS = "arrays of integers"
LISTS = "lists and a single number"
NO_MOMENTUM = "β = 0"
ARRAYS = (PARAMETERS, INTEGERS)
#: The share for lists, where the rest is right.
OF_LISTS = "Make arrays of the lists first: a list times a number is another thing."


def draw_dicts(rng: np.random.Generator, velocities: bool) -> list[Case]:
    def dicts(*shapes):
        return tuple({name: rng.normal(0, 1, shape) for name, shape in shapes}
                     for _ in range(3 if velocities else 2))

    def integers():
        return tuple({"W": rng.integers(1, 5, (2, 3)), "b": rng.integers(-5, 0, 2)}
                     for _ in range(3 if velocities else 2))

    def lists():
        return tuple({"w": rng.normal(0, 1, 3).tolist(), "b": float(rng.normal())}
                     for _ in range(3 if velocities else 2))

    sets = [(PARAMETERS, dicts(("W1", (3, 4)), ("b1", 3), ("W2", (2, 3)), ("b2", 2))),
            (PARAMETERS, dicts(("w", 5), ("b", ()))),
            (INTEGERS, integers()), (LISTS, lists())]
    if velocities:
        sets.append((NO_MOMENTUM, dicts(("W", (2, 2)), ("b", 2))))
    return [Case(kind, (*drawn, float(rng.uniform(0.05, 0.4)),
                        *([0.0 if kind == NO_MOMENTUM else float(rng.uniform(0.5, 0.9))]
                          if velocities else []))) for kind, drawn in sets]


def stepped(sgd_step, params, grads, lr):
    """Steps twice from the same dicts; the second answer shows whether they were changed."""
    first = sgd_step(params, grads, lr)
    if isinstance(first, dict):
        first = {name: np.array(first[name]) for name in first}
    return {"params": first, "again": sgd_step(params, grads, lr)}


def pushed(momentum_step, params, grads, velocity, lr, beta):
    """Three steps in a row, and the first one again from the same dicts."""
    walk, pace, first = params, velocity, None
    for _ in range(3):
        walk, pace = ({name: moved[name] for name in params}
                      for moved in momentum_step(walk, grads, pace, lr, beta))
        if first is None:
            first = {name: np.array(walk[name]) for name in params}
    again, _ = momentum_step(params, grads, velocity, lr, beta)
    return {"params": walk, "velocity": pace, "first": first, "again": again}


def in_a_row(case: Case, value) -> dict:
    """The arrays of each dict one after the other, in the order of the names of the params.

    Of the second answer only counts whether it is like the first, and whether there was a step
    at all: a wrong step is paid for once.
    """
    start = case.arguments[0]
    rows = {key: row_of(start, entry) for key, entry in value.items()}
    first = rows.pop("first", rows["params"])
    moved = not np.array_equal(first, row_of(start, start))
    return {**rows, "again": float(moved and np.allclose(rows["again"], first, 1e-7, 1e-12))}


def row_of(params: dict, found) -> np.ndarray:
    """The arrays of a dict in one row.

    Raises:
        ValueError: It is no dict, or an array is missing or has another shape.
    """
    if not isinstance(found, dict):
        raise ValueError(f"returned a value of type {type(found).__name__} where a dict is wanted")
    rows = []
    for name, old in params.items():
        if name not in found:
            raise ValueError(f"returned a dict without {name!r}")
        array = np.asarray(found[name], dtype=float)
        if array.shape != np.shape(old):
            raise ValueError(f"returned {name!r} with {form_of(array)} where "
                             f"{np.shape(old)} is right")
        rows.append(array.ravel())
    return np.concatenate(rows)


def draw_steps(rng: np.random.Generator) -> list[Case]:
    return draw_dicts(rng, velocities=False)


def draw_pushes(rng: np.random.Generator) -> list[Case]:
    return draw_dicts(rng, velocities=True)


SGD_STEP = Question(
    "sgd_step", ("sgd_step",), draw_steps,
    (
        Part("p − α g", 0.25, "params", ARRAYS, "Each array of params, minus lr times the array of "
             "grads with the same name."),
        Part("new arrays", 0.125, "again", ARRAYS, "A second call with the same dicts must give "
             "the same answer: do not change them, make a new dict of new arrays."),
        Part(LISTS, 0.125, "params", (LISTS,), OF_LISTS),
    ),
    probe=stepped, view=in_a_row,
)
MOMENTUM_STEP = Question(
    "momentum_step", ("momentum_step",), draw_pushes,
    (
        Part("velocity", 0.5, "velocity", (*ARRAYS, NO_MOMENTUM), "v ← βv + g, without lr."),
        Part("params", 0.5, "params", (*ARRAYS, NO_MOMENTUM), "p ← p − lr·v, with the velocity "
             "that is new."),
        Part("new dicts", 0.25, "again", (*ARRAYS, NO_MOMENTUM), "A second call with the same "
             "dicts must give the same answer: do not change them, make new ones."),
        Part(LISTS, 0.25, "params", (LISTS,), OF_LISTS),
    ),
    follows=("sgd_step",), probe=pushed, view=in_a_row,
)


SGD_STEP.slip("ascent", "The gradient is added: this climbs.", "- lr", "+ lr")
SGD_STEP.slip("no learning rate", "lr is not used.", "lr * np.asarray(grads[name], dtype=float)",
              "np.asarray(grads[name], dtype=float)")


@SGD_STEP.wrong("mutated inputs", "The caller's arrays are changed: p -= ... works in place, on "
                "the array itself. Write p - ... for a new one.")
def sgd_step(params, grads, lr):
    params = {name: np.asarray(p, float) for name, p in params.items()}
    for name in params:
        params[name] -= lr * np.asarray(grads[name])
    return params


@SGD_STEP.wrong("a step and no parameters", "Only the step −lr·g comes back; it must be added to "
                "the parameters.")
def sgd_step(params, grads, lr):
    return {name: -lr * np.asarray(grads[name]) for name in params}


@SGD_STEP.wrong("the gradients scaled to length 1", "The gradient is divided by its length, so "
                "all steps are equally long.")
def sgd_step(params, grads, lr):
    return {name: np.asarray(p) - lr * np.asarray(grads[name]) / np.linalg.norm(grads[name])
            for name, p in params.items()}


@SGD_STEP.wrong("integer parameters", "The new arrays take their type from the old ones: with "
                "integers all steps are cut off.")
def sgd_step(params, grads, lr):
    new = {name: np.array(p) for name, p in params.items()}
    for name, p in new.items():
        p[...] = p - lr * np.asarray(grads[name])
    return new


@SGD_STEP.wrong("arrays only", "Lists are not arrays: np.asarray makes them so.")
def sgd_step(params, grads, lr):
    return {name: params[name] - lr * grads[name] for name in params}


@SGD_STEP.wrong("one array only", "Only the first array takes a step; all must.")
def sgd_step(params, grads, lr):
    new = {name: np.array(p, float) for name, p in params.items()}
    name = next(iter(new))
    new[name] = new[name] - lr * np.asarray(grads[name])
    return new


@SGD_STEP.wrong("a list, not a dict", "A list came back; a dict is asked for, with the names of "
                "params.")
def sgd_step(params, grads, lr):
    return [np.asarray(params[name]) - lr * np.asarray(grads[name]) for name in params]


@SGD_STEP.right("in place on a copy")
def sgd_step(params, grads, lr):
    new = {}
    for name in params:
        p = np.array(params[name], dtype=float)
        p -= lr * np.array(grads[name])
        new[name] = p
    return new


@SGD_STEP.right("a deep copy")
def sgd_step(params, grads, lr):
    import copy

    new = copy.deepcopy(params)
    for name, g in grads.items():
        new[name] = np.subtract(new[name], np.multiply(lr, g))
    return new


@SGD_STEP.right("zipped values, as lists")
def sgd_step(params, grads, lr):
    slopes = [grads[name] for name in params]
    stepped = [(np.array(p) - np.array(g) * lr).tolist()
               for p, g in zip(params.values(), slopes, strict=True)]
    return dict(zip(params, stepped, strict=True))


@SGD_STEP.right("a helper for one array, and an extra key")
def sgd_step(params, grads, lr):
    def moved(p, g):
        return np.asarray(p, float) + (-lr) * np.asarray(g, float)

    return {"lr": lr, **{name: moved(params[name], grads[name]) for name in sorted(params)}}


@SGD_STEP.right("the union of two dicts")
def sgd_step(params, grads, lr):
    new = dict(params)
    for name, p in params.items():
        new |= {name: np.add(p, np.multiply(-lr, grads[name]))}
    return new


push = MOMENTUM_STEP.slip
push("the velocity forgotten", "The old velocity is not used: this is a step without momentum.",
     "beta * np.asarray(v, dtype=float) + ", "")
push("β on the gradient", "β multiplies the gradient; it belongs to the old velocity.",
     "beta * np.asarray(v, dtype=float) + np.asarray(grads[name], dtype=float)",
     "np.asarray(v, dtype=float) + beta * np.asarray(grads[name], dtype=float)")
push("no β", "The old velocity is kept whole: nothing brakes.",
     "beta * np.asarray(v", "np.asarray(v")
push("a running mean", "The gradient is multiplied by 1 − β. That is a running mean; here "
     "v ← βv + g.", "np.asarray(grads[name], dtype=float)",
     "(1 - beta) * np.asarray(grads[name], dtype=float)")
push("the velocity subtracts", "g is subtracted from the velocity, and the velocity from p: the "
     "two signs make it climb.", "+ np.asarray(grads[name]", "- np.asarray(grads[name]")
push("ascent", "The velocity is added to p: this climbs.", "velocity, lr)", "velocity, -lr)")
push("no learning rate", "lr is not used.", "velocity, lr)", "velocity, 1.0)")
push("the gradient's step", "p moves by the gradient, not by the velocity.",
     "sgd_step(params, velocity, lr)", "sgd_step(params, grads, lr)")
push("the wrong way round", "The velocity comes first; the pair is (params, velocity).",
     "return sgd_step(params, velocity, lr), velocity",
     "return velocity, sgd_step(params, velocity, lr)")


@MOMENTUM_STEP.wrong("lr inside the velocity", "The velocity contains lr. Here it does not: "
                     "v ← βv + g, and lr comes in when p moves.")
def momentum_step(params, grads, velocity, lr, beta):
    velocity = {name: beta * np.asarray(velocity[name]) + lr * np.asarray(grads[name])
                for name in params}
    return {name: np.asarray(params[name]) - velocity[name] for name in params}, velocity


@MOMENTUM_STEP.wrong("the velocity is the step", "The velocity is the step itself, sign and lr "
                     "included. Here v ← βv + g, and −lr comes in when p moves.")
def momentum_step(params, grads, velocity, lr, beta):
    velocity = {name: beta * np.asarray(velocity[name]) - lr * np.asarray(grads[name])
                for name in params}
    return {name: np.asarray(params[name]) + velocity[name] for name in params}, velocity


@MOMENTUM_STEP.wrong("the velocity from before", "p moves by the old velocity; first the velocity "
                     "is renewed, then p moves by the new one.")
def momentum_step(params, grads, velocity, lr, beta):
    moved = sgd_step(params, velocity, lr)
    return moved, {name: beta * np.asarray(velocity[name]) + np.asarray(grads[name])
                   for name in params}


@MOMENTUM_STEP.wrong("Nesterov's momentum", "This is Nesterov's form, with another look ahead. "
                     "Here p ← p − lr·v.")
def momentum_step(params, grads, velocity, lr, beta):
    velocity = {name: beta * np.asarray(velocity[name]) + np.asarray(grads[name])
                for name in params}
    return {name: np.asarray(params[name]) - lr * (
        np.asarray(grads[name]) + beta * velocity[name]) for name in params}, velocity


@MOMENTUM_STEP.wrong("mutated inputs", "The caller's velocity is changed in place.")
def momentum_step(params, grads, velocity, lr, beta):
    for name in velocity:
        velocity[name] = beta * np.asarray(velocity[name]) + np.asarray(grads[name])
    return sgd_step(params, velocity, lr), dict(velocity)


@MOMENTUM_STEP.wrong("arrays only", "Lists are not arrays: np.asarray makes them so.")
def momentum_step(params, grads, velocity, lr, beta):
    velocity = {name: beta * velocity[name] + grads[name] for name in params}
    return {name: params[name] - lr * velocity[name] for name in params}, velocity


@MOMENTUM_STEP.right("a loop over the names")
def momentum_step(params, grads, velocity, lr, beta):
    new, pace = {}, {}
    for name in params:
        pace[name] = np.asarray(grads[name]) + np.asarray(velocity[name]) * beta
        new[name] = np.asarray(params[name]) - pace[name] * lr
    return new, pace


@MOMENTUM_STEP.right("two calls of sgd_step")
def momentum_step(params, grads, velocity, lr, beta):
    kept = {name: beta * np.asarray(v, float) for name, v in velocity.items()}
    velocity = sgd_step(kept, grads, -1.0)
    return sgd_step(params, velocity, lr), velocity


@MOMENTUM_STEP.right("in place on copies, as a list")
def momentum_step(params, grads, velocity, lr, beta):
    new = {name: np.array(p, dtype=float) for name, p in params.items()}
    pace = {name: np.array(v, dtype=float) for name, v in velocity.items()}
    for name in new:
        pace[name] *= beta
        pace[name] += grads[name]
        new[name] -= lr * pace[name]
    return [new, pace]


@MOMENTUM_STEP.right("the displacement first")
def momentum_step(params, grads, velocity, lr, beta):
    ahead = {name: lr * beta * np.asarray(velocity[name]) + lr * np.asarray(grads[name])
             for name in grads}
    return ({name: np.asarray(params[name]) - ahead[name] for name in ahead},
            {name: ahead[name] / lr for name in ahead})


@MOMENTUM_STEP.right("lists out, and an extra key")
def momentum_step(params, grads, velocity, lr, beta):
    pace = {name: np.add(np.multiply(beta, velocity[name]), grads[name]) for name in params}
    new = {name: np.subtract(params[name], np.multiply(lr, pace[name])).tolist() for name in params}
    return {**new, "note": "moved"}, {name: v.tolist() for name, v in pace.items()}
