"""The questions of notebook 2: a scalar graph, its order, its backward pass and its cost."""
