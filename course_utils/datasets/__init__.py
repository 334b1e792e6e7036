"""Small data sets for every task of the course: load a real one or draw a toy one.

`load_digits`, `load_iris` and `load_diabetes` read files that come with this package;
`make_moons`, `make_spirals`, `make_blobs` and `make_line` draw points. All return a
`Dataset`, already split into a training and a test part:

>>> digits = load_digits()
>>> digits
<digits: multiclass, 1348 training + 449 test examples, 64 features, 10 classes>
>>> digits.X_train.shape, digits.t_train.shape
((1348, 64), (1348,))

The split is the same for everybody and on every computer. The N examples are put in the
order of N pseudo-random numbers with a fixed seed; the first `test_fraction` of them are
the test part (rounded, at least one), the rest is for training (at least one).
"""

from course_utils.datasets.dataset import Dataset
from course_utils.datasets.drawn import make_blobs, make_line, make_moons, make_spirals
from course_utils.datasets.measured import load_diabetes, load_digits, load_iris

__all__ = ["Dataset", "load_diabetes", "load_digits", "load_iris", "make_blobs", "make_line",
           "make_moons", "make_spirals"]
