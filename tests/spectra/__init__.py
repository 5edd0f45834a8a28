"""svd and eigh at small, tied and nearly tied values: a grid of matrices and of smooth losses of the factors.

`points.py` makes the matrices, `losses.py` the losses with their exact gradients, `grid.py` judges a library
at each pair; `python -m tests.spectra` writes what came out on the pages of both rules.
"""
