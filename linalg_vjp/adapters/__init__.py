"""Autodiff frameworks on these rules: one module per framework, which is imported with it and by no other.

Users import `autograd`, `jax`, `jax_scipy`, `mlx`, `tensorflow` and `torch`. Behind `torch` and `jax` are
three layers: a rule as a function that the host differentiates (`_torch`, `_jax`), that function in the words
of the host (`_torch_linalg`, `_jax_linalg`), and the host's own names bound to it (`_torch_install`,
`_installed`).
"""
