"""Compare a gradient with finite differences, and know when that comparison means nothing.

>>> import numpy as np
>>> def cost(w):
...     return np.sum(w**3)
>>> w = np.array([[1.0, 2.0, 3.0]])
>>> print(check_gradient(cost, 3 * w**2, w))
The gradient agrees with finite differences in each of its 3 entries.
array  result  verdict  where  largest error  given  finite differences
theta  right   smooth          ...
>>> print(check_gradient(cost, 2 * w**2, w).summary)
The gradient is wrong: at [0, 2] it is 18, finite differences say 27.

- `check_gradient`: a function that returns one number; every entry.
- `check_gradient_along`: the same along one random direction, in three calls.
- `check_vjp`: a function that returns an array; its vector-Jacobian product.

All of them say "cannot tell" where finite differences can not; `glancing` says why that is
seldom, and `searching` why it takes so few calls.
"""

from course_utils.gradcheck.adjoint import check_vjp
from course_utils.gradcheck.direction import check_gradient_along
from course_utils.gradcheck.gradients import check_gradient
from course_utils.gradcheck.report import GradientReport, GradientRow

__all__ = [
    "GradientReport",
    "GradientRow",
    "check_gradient",
    "check_gradient_along",
    "check_vjp",
]
