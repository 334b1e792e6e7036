"""The visible checks of notebook 5, one function for each exercise.

No rule stands in here. What a rule returns is compared with finite differences of the
operation itself; the passes run over small tapes whose bars can be worked out by hand.
"""

from course_utils.checks.autodiff.networks import checkpointed_vjp, mlp_loss
from course_utils.checks.autodiff.passes import backward_pass, grad
from course_utils.checks.autodiff.rules import (
    elementwise_rules,
    matmul_rule,
    shape_rules,
    unbroadcast,
)

__all__ = ["backward_pass", "checkpointed_vjp", "elementwise_rules", "grad", "matmul_rule",
           "mlp_loss", "shape_rules", "unbroadcast"]
