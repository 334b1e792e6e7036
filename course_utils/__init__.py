"""What the notebooks of the backpropagation assignment import.

- `course_utils.datasets`: small real and generated data sets, all returned the same way.
- `course_utils.gradcheck`, `course_utils.finite_difference`: is this gradient right?
- `course_utils.checks`: the visible checks, a module for each notebook.
- `course_utils.plots`: figures drawn by the student's own functions, a module for each notebook.
- `course_utils.graphs`: computation graphs as accessible figures, and their passes in words.
- `course_utils.neuron`: the course's own forward pass of one neuron.
"""

from course_utils.finite_difference import derivative
from course_utils.gradcheck import check_gradient, check_gradient_along, check_vjp

__all__ = ["check_gradient", "check_gradient_along", "check_vjp", "derivative"]
