"""The gradient checkers that are compared, each asked the same: is this gradient right?

Every tool gets the same NumPy function of a vector and a function that returns the gradient,
and is timed from there to its answer. What they do differs:

- Ours says right, wrong or cannot tell, for each entry where it looks at all of them, and
  writes the sentence that students read. It takes theta as float64 whatever it was.
- SciPy's returns the length of the difference between the two gradients and judges nothing;
  the bound on it is ours, and so is what is compared with the gradient's length.
- PyTorch's and autograd's test derivatives that those libraries know: there the pair is
  wrapped as one operation with a backward rule.

Where f takes much longer than all else, the number of its calls is what counts. For n entries
SciPy's makes n + 1 and PyTorch's 2n and more, ours about ten. Along a direction
SciPy's makes two, autograd's four, and ours three: without the third, a wrong gradient could
not be told from a function that is bent, noisy, or has a kink there.

Not timed is what belongs to the benchmark alone: that wrapping, the gradient's length, and
the making of random generators in the same state for each question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.test_util
import numpy as np
from autograd.extend import defvjp, primitive
from scipy.optimize import check_grad

from course_utils.gradcheck import check_gradient, check_gradient_along

try:
    import torch
except ImportError:  # there is no small build of it for every Python
    torch = None

Function = Callable[[Any], Any]
# Made ready for a question, and timed when called: right, wrong, or cannot tell.
Check = Callable[[], bool | None]
Tool = Callable[[Function, Function, Any], Check]

TIGHT = 1e-6  # relative: what the course's checkers ask for


def ours(f: Function, gradient: Function, theta: Any) -> Check:
    return lambda: check_gradient(f, gradient, theta).ok


def ours_along(f: Function, gradient: Function, theta: Any) -> Check:
    rng = np.random.default_rng(0)
    return lambda: check_gradient_along(f, gradient, theta, rng).ok


def scipys(direction: str, relative: bool) -> Tool:
    """Return SciPy's checker with a bound on the error that it returns.

    Args:
        direction: "all" or "random".
        relative: Whether the bound of 1e-6 is for the error as it is, which is what SciPy's
            own tests ask for, or for the error beside the gradient's length, of at least 1.
    """

    def prepare(f: Function, gradient: Function, theta: Any) -> Check:
        size = max(1.0, float(np.linalg.norm(gradient(theta)))) if relative else 1.0
        settings = {"rng": np.random.default_rng(0)} if direction == "random" else {}

        def check() -> bool:
            error = check_grad(f, gradient, theta, direction=direction, **settings)
            return bool(error <= TIGHT * size)

        return check

    return prepare


def pytorchs(fast: bool, **settings: Any) -> Tool:
    """Return PyTorch's checker.

    Args:
        fast: Whether it takes a random direction.
        settings: Its settings, if not its defaults.
    """

    def prepare(f: Function, gradient: Function, theta: Any) -> Check:
        class Operation(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return torch.as_tensor(np.asarray(f(x.detach().numpy()), dtype=np.float64))

            @staticmethod
            def backward(ctx, upstream):
                (x,) = ctx.saved_tensors
                return upstream * torch.as_tensor(np.asarray(gradient(x.detach().numpy())))

        x = torch.tensor(np.asarray(theta, dtype=np.float64), requires_grad=True)
        return lambda: torch.autograd.gradcheck(
            Operation.apply, (x,), raise_exception=False, fast_mode=fast, **settings)

    return prepare


def autograds(absolute: float, relative: float) -> Tool:
    """Return autograd's checker of first derivatives, in its only mode, a random direction.

    Args:
        absolute, relative: Its tolerances; an error is passed by either.
    """

    def prepare(f: Function, gradient: Function, theta: Any) -> Check:
        operation = primitive(lambda x: float(f(x)))
        defvjp(operation, lambda answer, x: lambda upstream: upstream * np.asarray(gradient(x)))
        x = np.asarray(theta, dtype=np.float64)
        np.random.seed(0)  # it takes its direction from NumPy's global state

        def check() -> bool:
            util = autograd.test_util
            before = util.TOL, util.RTOL
            util.TOL, util.RTOL = absolute, relative
            try:
                util.check_grads(operation, modes=["rev"], order=1)(x)
            except AssertionError:
                return False
            finally:
                util.TOL, util.RTOL = before
            return True

        return check

    return prepare


ENTRIES, DIRECTION = "every entry", "a random direction"


def tools() -> dict[str, dict[str, Tool]]:
    """Return the checkers by what they look at, and by name, ours first.

    None comes right after itself with other settings: its code would still be in the caches.
    """
    tight = {"atol": 1e-8, "rtol": TIGHT}
    entries = {
        "check_gradient": ours,
        "scipy, error <= 1e-6": scipys("all", relative=False),
        "torch, defaults": pytorchs(False),
        "scipy, relative": scipys("all", relative=True),
        "torch, tight": pytorchs(False, **tight, check_undefined_grad=False),
    }
    direction = {
        "check_gradient_along": ours_along,
        "scipy, error <= 1e-6": scipys("random", relative=False),
        "autograd, defaults": autograds(1e-6, 1e-6),
        "torch fast, defaults": pytorchs(True),
        "scipy, relative": scipys("random", relative=True),
        "autograd, tight": autograds(1e-9, 1e-6),
        "torch fast, tight": pytorchs(True, **tight, check_undefined_grad=False),
    }
    both = {ENTRIES: entries, DIRECTION: direction}
    if torch is None:
        both = {looks_at: {name: tool for name, tool in checkers.items() if "torch" not in name}
                for looks_at, checkers in both.items()}
    return both
