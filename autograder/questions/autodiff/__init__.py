"""Questions of notebook 5, `5_autodiff.ipynb`."""
