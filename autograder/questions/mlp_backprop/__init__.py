"""Questions of notebook 3, `3_mlp_backprop.ipynb`."""
