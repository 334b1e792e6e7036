"""The neurons that several checks of notebook 1 ask about."""

import numpy as np

#: Neurons (w, b, x, t) for the checks: no two numbers alike, none of them 0 or 1.
NEURONS = [(0.5, 0.2, 2.0, -0.4), (-1.3, 0.7, 0.6, 1.8), (2, -3, 2, 4)]
#: By hand: z = ln 3, so y = 3/4; with t = 1/4 the loss is 1/8.
BY_HAND = (2.0, float(np.log(3)) - 6.0, 3.0, 0.25)
