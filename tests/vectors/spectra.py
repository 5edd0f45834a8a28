"""Invariant subspaces at 110 digits, which are smooth also at ties: code that svd.py and eigh.py share.

A cluster is a set of values that are equal at the point of interest. Near that point, the bases of the
subspaces are the nearest ones to the bases at the point. For a cluster of one value, this fixes the phase.
"""

import itertools

import mpmath

from .exact import adjoint, orthonormal

TIED = mpmath.mpf(10) ** -30  # relative to the largest


def clusters(values):
    """The slices of equal values in a sorted array."""
    ends = [i for i in range(1, len(values)) if abs(values[i] - values[i - 1]) > TIED * max(map(abs, values))]
    edges = [0, *ends, len(values)] if len(values) else []
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def turn(bases, wanted):
    """The unitary W, the same for all bases X, for which the X W are nearest to the wanted bases."""
    return orthonormal(sum(adjoint(X) @ Y for X, Y in zip(bases, wanted, strict=True)))
