"""Invariant subspaces at 110 digits, smooth also at ties: what svd.py and eigh.py share.

A cluster is a set of values that are equal at the point of interest. Near it, the bases of the subspaces are
the nearest to those at that point; for a cluster of one that settles the phase.
"""

import itertools

import mpmath

from .exact import adjoint, orthonormal

TIED = mpmath.mpf(10) ** -30  # relative to the largest


def clusters(values):
    """Slices of equal values, of a sorted array."""
    ends = [i for i in range(1, len(values)) if abs(values[i] - values[i - 1]) > TIED * max(map(abs, values))]
    edges = [0, *ends, len(values)] if len(values) else []
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def turn(bases, wanted):
    """The unitary W for which the bases X W are nearest to those wanted, one and the same W for all."""
    return orthonormal(sum(adjoint(X) @ Y for X, Y in zip(bases, wanted, strict=True)))
