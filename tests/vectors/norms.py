"""Kinks at 110 digits: code that vector_norm.py and matrix_norm.py share.

Near any point, a norm is the largest or smallest of a few smooth functions, the pieces. If several are equal,
the result is the element of least norm in the convex hull of their gradients.
"""

import mpmath

from .exact import filled, inverse, jacobian, pulled

SAME = mpmath.mpf(10) ** -40  # relative to the largest


def active(values, largest=True):
    """The indices of the values that attain the maximum, or the minimum."""
    extreme = (max if largest else min)(values)
    return [i for i, v in enumerate(values) if abs(v - extreme) <= SAME * max(values)]


def blended(pieces, A):
    """The weighted mean of the pieces whose gradient at A has the least norm in their convex hull.

    For gradients with the Gram matrix G, the weights are proportional to G^-1 1.
    """
    if len(pieces) == 1:
        return pieces[0]
    one = filled((), [mpmath.mpf(1)])
    gradients = [pulled(jacobian(lambda at, f=f: [filled((), [f(*at)])], [A]), [A], [one])[0] for f in pieces]
    gram = [
        [sum((a.conjugate() * b).real for a, b in zip(g.flat, h.flat, strict=True)) for h in gradients]
        for g in gradients
    ]
    weights = inverse(filled((len(gram),) * 2, [v for row in gram for v in row])).sum(axis=1)
    assert min(weights) > 0  # otherwise the least norm is on the boundary of the hull
    weights = weights / sum(weights)
    return lambda A: sum(weight * f(A) for weight, f in zip(weights, pieces, strict=True))
