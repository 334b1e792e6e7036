"""Questions of notebook 4, `4_training.ipynb`."""
