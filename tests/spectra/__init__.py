"""svd and eigh at small, tied and nearly tied values: a grid of matrices and of smooth losses of the factors.

`points.py` makes the matrices, `losses.py` the losses with their exact gradients, and `grid.py` measures the
errors of a library at each pair. `python -m tests.spectra` writes the results to the pages of both rules.
"""
