"""The rules of sum, mean, transpose, reshape and getitem."""

import numpy as np

from autograder.question import Case, Part, Question
from autograder.questions.autodiff.drawing import (
    LARGE,
    ask_a_rule,
    away_from_zero,
    bars_in_a_row,
    kinds_of,
    rule_case,
)

REPEATED = "getitem: an index that repeats"


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    x = away_from_zero(rng, (2, 3), *LARGE)
    for op, output, told in [
            ("sum", np.sum(x, axis=1), {"axis": (1,), "keepdims": False}),
            ("mean", np.mean(x, axis=1), {"axis": (1,), "keepdims": False}),
            ("transpose", np.transpose(x), {"axes": (1, 0)}),
            ("reshape", np.ravel(x), {"shape": (6,)}), ("getitem", x[1], {"index": 1})]:
        cases.append(rule_case(rng, op, "large numbers", [x], output, **told))
    reductions = [("along all axes", (4, 3), (0, 1)), ("along the first axis", (4, 3), (0,)),
                  ("along the last axis", (4, 3), (1,)), ("along the middle axis", (2, 4, 3), (1,)),
                  ("along two axes of three", (2, 4, 3), (0, 2)), ("a square", (3, 3), (1,))]
    for op, forward in {"sum": np.sum, "mean": np.mean}.items():
        for keepdims in (False, True):
            for kind, shape, axis in reductions:
                x = away_from_zero(rng, shape)
                kind += ", keepdims" * keepdims
                cases.append(rule_case(rng, op, kind, [x], forward(x, axis, keepdims=keepdims),
                                       axis=axis, keepdims=keepdims))
    for kind, shape, axes in [("a matrix", (4, 3), (1, 0)), ("three axes", (2, 4, 3), (1, 2, 0)),
                              ("a cube", (3, 3, 3), (2, 0, 1)), ("a square", (3, 3), (1, 0))]:
        x = away_from_zero(rng, shape)
        cases.append(rule_case(rng, "transpose", kind, [x], np.transpose(x, axes), axes=axes))
    for kind, shape, wanted in [
            ("to a vector", (4, 3), (12,)), ("to another matrix", (4, 3), (2, 6)),
            ("to three axes", (12,), (2, 3, 2)), ("turned", (4, 3), (3, 4))]:
        x = away_from_zero(rng, shape)
        cases.append(rule_case(rng, "reshape", kind, [x], np.reshape(x, wanted), shape=wanted))
    x = away_from_zero(rng, (5, 3))
    for kind, index in [("a row", 2), ("a row from the end", -1), ("an entry", (1, 2)),
                        ("some rows", np.array([3, 0])),
                        ("an entry of each row", (np.arange(5), rng.integers(0, 3, 5)))]:
        cases.append(rule_case(rng, "getitem", kind, [x], x[index], index=index))
    cases.append(rule_case(rng, "getitem", "a slice", [x], x[1:4], slice=(1, 4, None)))
    for index in (np.array([2, 0, 2, 4, 2]), (np.array([1, 1, 3, 1]), np.array([2, 2, 0, 2]))):
        cases.append(rule_case(rng, "getitem", REPEATED.removeprefix("getitem: "), [x], x[index],
                               index=index))
    return cases


KINDS = draw(np.random.default_rng(0))
#: There a bar is at most divided or moved, so every right formula has all its digits.
EXACT = ("sum: along the first axis", "mean: along the first axis", "transpose: a matrix",
         "reshape: to another matrix", "getitem: a row")
GETITEM = kinds_of(KINDS, "getitem")

SHAPE_RULES = Question(
    "shape_rules", ("shape_rules",), draw,
    (
        Part("sum", 0.75, exact=EXACT, kinds=kinds_of(KINDS, "sum"),
             hint="Each entry that was added gets the bar of its sum. First put the axes back that "
             "the sum has removed."),
        Part("mean", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "mean"),
             hint="As for the sum, over the number of entries that went into *one* mean."),
        Part("transpose", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "transpose"),
             hint="Undo it. With three axes the way back is another permutation than the way "
             "there: np.argsort(axes)."),
        Part("reshape", 0.5, exact=EXACT, kinds=kinds_of(KINDS, "reshape"),
             hint="The bar has the shape of the output, and must get that of x."),
        Part("getitem", 0.5, exact=EXACT,
             kinds=tuple(kind for kind in GETITEM if kind != REPEATED),
             hint="Zeros everywhere, and the bar at the places that were picked."),
        Part("an entry picked twice", 0.25, kinds=(REPEATED,),
             hint="An entry that is picked twice gets two messages, and they add up."),
    ),
    probe=ask_a_rule,
    view=bars_in_a_row,
)

slip = SHAPE_RULES.slip

slip("keepdims lost", "The axes that a sum removes are not put back before the bar is spread.",
     "if not keepdims:", "if False:")
slip("keepdims ignored", "The axes are put back although keepdims has kept them.",
     "if not keepdims:", "if True:")
slip("a sum's bar is not spread", "The bar keeps the shape of the output; each entry of x gets "
     "one.", "bar * np.ones(np.shape(x))", "bar")
slip("upstream signal ignored by the sum", "The bar is not used: a sum passes it on to each "
     "entry.", "bar * np.ones(np.shape(x))", "np.ones(np.shape(x))")
slip("a sum that shares out", "The bar is shared out among the entries of x; each one gets all "
     "of it.", "bar * np.ones(np.shape(x))", "bar * np.ones(np.shape(x)) / np.size(x)")
slip("a sum times its input", "The entries of x do not matter for the slope of a sum.",
     "bar * np.ones(np.shape(x))", "bar * x")
slip("never divided by N", "The mean's bar is not divided by the number of entries.",
     "x_bar * np.size(output) / np.size(x)", "x_bar")
slip("divided by the whole size", "The mean is divided by all entries of x; only those count that "
     "went into one mean.", "x_bar * np.size(output) / np.size(x)", "x_bar / np.size(x)")
slip("divided by the number of means", "Divided by the number of outputs, not by the number of "
     "entries in each mean.", "x_bar * np.size(output) / np.size(x)", "x_bar / np.size(output)")
slip("divided by the first length", "len(x) is the length of the first axis, whichever axis was "
     "averaged.", "x_bar * np.size(output) / np.size(x)", "x_bar / len(x)")
slip("divided by N twice", "The mean's bar is divided by N twice.",
     "x_bar * np.size(output) / np.size(x)", "x_bar * (np.size(output) / np.size(x)) ** 2")
slip("transposed by the same axes again", "The same permutation is applied again; the way back "
     "is its inverse.", "np.argsort(axes)", "axes")
slip("all axes reversed", "All axes are reversed; the axes say which go where.",
     "np.transpose(bar, np.argsort(axes))", "np.transpose(bar)")
slip("transpose done as reshape", "A reshape to the right shape leaves the numbers in the wrong "
     "order.", "np.transpose(bar, np.argsort(axes))", "np.reshape(bar, np.shape(x))")
slip("not transposed back", "The bar keeps the axes of the output.",
     "np.transpose(bar, np.argsort(axes))", "bar")
slip("reshaped to the shape of the output", "The bar has the shape of the output already; it must "
     "get that of x.", "np.reshape(bar, np.shape(x))", "np.reshape(bar, shape)")
slip("transposed in place of reshaped", "The numbers are read in another order: column by column.",
     "np.reshape(bar, np.shape(x))", 'np.reshape(bar, np.shape(x), order="F")')
slip("a repeated index overwrites", "To an entry that is picked twice only one message arrives: "
     "x_bar[index] = bar, and x_bar[index] += bar too, store once. np.add.at adds each one.",
     "np.add.at(x_bar, index, bar)", "x_bar[index] += bar")
slip("the bar without its place", "The bar of what was picked is returned; x_bar has the shape "
     "of x, with zeros elsewhere.", "np.add.at(x_bar, index, bar)", "x_bar = bar")
slip("the bar picked once more", "The bar is indexed again; it must be put back to where the "
     "entries came from.", "np.add.at(x_bar, index, bar)", "x_bar = x_bar + np.sum(bar)")
slip("ones where entries were picked", "Entries that were picked get 1; they get their bar.",
     "np.add.at(x_bar, index, bar)", "np.add.at(x_bar, index, 1.0)")
slip("starting from x", "The bar is added to x itself; start from zeros.",
     "x_bar = np.zeros(np.shape(x))", "x_bar = np.array(x)")
slip("a bare array in place of a tuple", "A rule returns a tuple, also where there is one input: "
     "(bar,) with a comma.", "(bar * np.ones(np.shape(x)),)", "bar * np.ones(np.shape(x))")


@SHAPE_RULES.wrong("finite differences", "The bars are measured with finite differences: they are "
                   "slow, and wrong where numbers are large.")
def shape_rules():
    def rule_of(f):
        def rule(bar, output, x, **settings):
            x_bar = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                step = np.zeros(x.shape)
                step[index] = 1e-5
                x_bar[index] = np.sum(
                    bar * (f(x + step, **settings) - f(x - step, **settings))) / 2e-5
            return (x_bar,)
        return rule

    return {"sum": rule_of(np.sum), "mean": rule_of(np.mean), "transpose": rule_of(np.transpose),
            "reshape": rule_of(lambda x, shape: np.reshape(x, shape)),
            "getitem": rule_of(lambda x, index: x[index])}


@SHAPE_RULES.right("broadcast_to, and a reshape with ones")
def shape_rules():
    def spread(bar, x, axis):
        kept = [1 if i in axis else size for i, size in enumerate(np.shape(x))]
        return np.broadcast_to(np.reshape(bar, kept), np.shape(x))

    def count(x, axis):
        return np.prod([np.shape(x)[i] for i in axis])

    def getitem(bar, output, x, index):
        places = np.arange(x.size).reshape(x.shape)[index]
        total = np.bincount(np.ravel(places), weights=np.ravel(bar), minlength=x.size)
        return (total.reshape(x.shape),)

    return {
        "sum": lambda bar, output, x, axis, keepdims: (spread(bar, x, axis),),
        "mean": lambda bar, output, x, axis, keepdims: (spread(bar, x, axis) / count(x, axis),),
        "transpose": lambda bar, output, x, axes: (
            np.transpose(bar, [axes.index(i) for i in range(len(axes))]),),
        "reshape": lambda bar, output, x, shape: (bar.reshape(x.shape),),
        "getitem": getitem,
    }


@SHAPE_RULES.right("loops")
def shape_rules():
    def sum_(bar, output, x, axis, keepdims=False):
        x_bar = np.empty_like(x)
        for index in np.ndindex(x.shape):
            place = [0 if i in axis else k for i, k in enumerate(index)
                     if keepdims or i not in axis]
            x_bar[index] = bar[tuple(place)]
        return [x_bar]

    def mean(bar, output, x, axis, keepdims=False):
        n = 1
        for i in axis:
            n *= x.shape[i]
        return [sum_(bar / n, output, x, axis, keepdims)[0]]

    def transpose(bar, output, x, axes):
        x_bar = np.empty_like(x)
        for index in np.ndindex(x.shape):
            x_bar[index] = bar[tuple(index[i] for i in axes)]
        return [x_bar]

    def reshape(bar, output, x, shape):
        x_bar = np.empty_like(x)
        x_bar.flat = np.ravel(bar)
        return [x_bar]

    def getitem(bar, output, x, index):
        x_bar = np.zeros(x.size)
        places = np.arange(x.size).reshape(x.shape)[index]
        for place, message in zip(np.ravel(places), np.ravel(bar), strict=True):
            x_bar[place] += message
        return [x_bar.reshape(x.shape)]

    return {"sum": sum_, "mean": mean, "transpose": transpose, "reshape": reshape,
            "getitem": getitem}


@SHAPE_RULES.right("moveaxis and tile")
def shape_rules():
    def sum_(bar, y, x, axis, keepdims):
        for i in sorted(axis):
            if not keepdims:
                bar = np.expand_dims(bar, i)
            bar = np.repeat(bar, x.shape[i], axis=i)
        return (bar,)

    def transpose(bar, y, x, axes):
        return (np.moveaxis(bar, range(bar.ndim), axes),)

    def getitem(bar, y, x, index):
        x_bar = 0 * x
        np.add.at(x_bar, index, bar)
        return (x_bar,)

    return {"sum": sum_, "transpose": transpose, "getitem": getitem,
            "mean": lambda bar, y, x, axis, keepdims: sum_(
                bar * y.size / x.size, y, x, axis, keepdims),
            "reshape": lambda bar, y, x, shape: (np.ravel(bar).reshape(x.shape),)}


@SHAPE_RULES.right("einsum and one-hot rows")
def shape_rules():
    def sum_(bar, output, x, axis, **settings):
        letters = "abcdef"[:x.ndim]
        left = "".join(letter for i, letter in enumerate(letters) if i not in axis)
        bar = np.reshape(bar, [n for i, n in enumerate(x.shape) if i not in axis])
        return (np.einsum(f"{left},{letters}->{letters}", bar, np.ones_like(x)),)

    def mean(bar, output, x, axis, **settings):
        return (sum_(bar, output, x, axis)[0] / (np.size(x) // np.size(output)),)

    def getitem(bar, output, x, index):
        picked = np.eye(x.size).reshape(*x.shape, x.size)[index]
        return (np.tensordot(bar, picked, np.ndim(bar)).reshape(x.shape),)

    def transpose(bar, output, x, axes):
        letters = "abcdef"[:x.ndim]
        turned = "".join(letters[i] for i in axes)
        return (np.einsum(f"{turned}->{letters}", bar),)

    return dict(sum=sum_, mean=mean, getitem=getitem, transpose=transpose,
                reshape=lambda bar, output, x, shape: (np.resize(bar, np.shape(x)),))


@SHAPE_RULES.right("lists back, and a class")
def shape_rules():
    class Shapes:
        @staticmethod
        def spread(bar, x, axis):
            shape = tuple(1 if i in axis else n for i, n in enumerate(x.shape))
            return np.zeros(x.shape) + np.reshape(bar, shape)

        def rules(self):
            def getitem(bar, output, x, index):
                total = np.zeros(x.shape)
                np.add.at(total, index, bar)
                return (total.tolist(),)

            return {
                "sum": lambda bar, output, x, axis, keepdims: [
                    self.spread(bar, x, axis).tolist()],
                "mean": lambda bar, output, x, axis, keepdims: [
                    self.spread(bar, x, axis) / np.sum(np.ones(x.shape), axis).flat[0]],
                "transpose": lambda bar, output, x, axes: [
                    np.transpose(bar, np.argsort(axes)).tolist()],
                "reshape": lambda bar, output, x, shape: [np.array(bar).reshape(x.shape)],
                "getitem": getitem,
                "ravel": None,
            }

    return Shapes().rules()
