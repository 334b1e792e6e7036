"""Arrays that write down on a tape what is done to them. Forward only: no derivative in here.

>>> import numpy as np
>>> tape = Tape()
>>> x = watch(tape, [1.0, 2.0])
>>> y = np.sum(x * 3)
>>> float(y.data)
9.0
>>> print(tape)
position  operation  parents   shape  settings
       0  input                (2,)
       1  multiply   0, const  (2,)
       2  sum        1         ()     axis=(0,), keepdims=False

NumPy's operators and the functions in `OPERATIONS` work on traced arrays as on plain ones:
NumPy hands them over (its protocols ``__array_ufunc__`` and ``__array_function__``). An array
may hold an array of an older tape: then both tapes are written, which is what the gradient of
a gradient needs.
"""

from course_utils.tape.arrays import Array, Record, Tape, append, plain, watch
from course_utils.tape.numpy_functions import FUNCTIONS, UFUNCS
from course_utils.tape.operations import OPERATIONS
from course_utils.tape.tools import Rules, floats_held, replay, rule_table

__all__ = ["FUNCTIONS", "OPERATIONS", "UFUNCS", "Array", "Record", "Rules", "Tape", "append",
           "floats_held", "plain", "replay", "rule_table", "watch"]
