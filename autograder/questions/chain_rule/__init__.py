"""Questions of notebook 1, `1_chain_rule.ipynb`."""
