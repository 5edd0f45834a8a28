"""Helpers that plant the mistakes of a page: rules with other formulas, in NumPy, one part of which is wrong.

In each test file, MISTAKES maps each title on the page to the rules with that mistake, by name. RIGHT, if
present, holds the same formulas without the mistake.
"""

from dataclasses import fields, replace

import numpy as np

import linalg_vjp as lv


def wrong(name, **formulas):
    """A rule with other formulas, by the name of the rule."""
    return {name: replace(lv.RULES[name], **formulas)}


def given_other_inputs(name, change):
    """A rule with a mistake outside its formulas, in code that all rules share."""

    class Other(lv.Rule):
        def vjp(self, inputs, outputs, cotangents, **params):
            return super().vjp([change(x, outputs) for x in inputs], outputs, cotangents, **params)

    rule = lv.RULES[name]
    return {name: Other(**{f.name: getattr(rule, f.name) for f in fields(rule) if f.init})}


def wide(x, outputs):
    """An input broadcast to the batch of the output, so that its cotangent is not summed."""
    return np.broadcast_to(x, (*outputs[0].shape[:-2], *x.shape[-2:]))


def same(X):
    return X


def adjoint(X):
    return np.conj(X.mT)


def transpose(X):
    return X.mT


def reverse_axes(X):
    """The adjoint of a single matrix, which is wrong for a batch."""
    return np.conj(X).T


def hermitian(X):
    return (X + adjoint(X)) / 2


def skew(X):
    return (X - adjoint(X)) / 2


def kron(A, B):
    """The Kronecker products of a batch of pairs."""
    X = A[..., :, None, :, None] * B[..., None, :, None, :]
    return X.reshape(*X.shape[:-4], A.shape[-2] * B.shape[-2], A.shape[-1] * B.shape[-1])


def half(X):
    """The lower triangle, with half of the diagonal."""
    return (np.tril(X) + np.tril(X, -1)) / 2


def one_triangle(X):
    """A Hermitian cotangent folded into its lower triangle, for a caller that reads only this triangle."""
    return np.tril(X) + np.tril(X, -1)


def zeros_for_none(bar, like):
    return np.zeros_like(like) if bar is None else bar


def inverse(X):
    """The inverse, with NaN for singular matrices of a batch instead of an error."""
    singular = np.linalg.det(X)[..., None, None] == 0
    return np.where(singular, np.nan, np.linalg.inv(np.where(singular, np.eye(X.shape[-1]), X)))


def reciprocal(X, zero):
    """1 / X, and 0 at the entries that count as zero."""
    return np.where(zero, 0, 1 / np.where(zero, 1, X))


def gaps(w):
    """w_j - w_i."""
    return w[..., None, :] - w[..., :, None]


def tied(w, eps=2.0**-52):
    """Where two entries of w are equal to rounding."""
    return np.abs(gaps(w)) <= 32 * eps * np.max(np.abs(w), axis=-1, initial=0)[..., None, None]


def untied(w):
    """E_ij = 1 / (w_j - w_i), 0 at ties."""
    return reciprocal(gaps(w), tied(w))


def through_ties(w):
    """E, with infinities at ties."""
    return np.where(np.eye(w.shape[-1]), 0, 1 / gaps(w))


def broadened(w):
    return gaps(w) / (gaps(w) ** 2 + 1e-12)


def exactly_tied(w):
    return reciprocal(gaps(w), gaps(w) == 0)
