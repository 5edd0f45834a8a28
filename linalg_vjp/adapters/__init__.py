"""Adapters of the rules to autodiff frameworks, one module each. A module imports its own framework alone.

Users import `autograd`, `jax`, `jax_scipy`, `mlx`, `tensorflow` and `torch`. Behind `torch` and `jax` are
three layers. `_torch` and `_jax` make a rule a function that the host differentiates. `_torch_linalg` and
`_jax_linalg` give that function the host's signature. `_torch_install` and `_installed` put it in place of
the host's own function.
"""
