"""PyTorch: functions with torch.linalg's names, differentiated by these rules.

>>> import torch
>>> from linalg_vjp.adapters import torch as L
>>> A = torch.eye(3, 2, requires_grad=True)
>>> Q, R = L.qr(A, mode="complete")  # torch.linalg.qr raises in its backward
>>> R.sum().backward()
>>> A.grad.shape
torch.Size([3, 2])

Our convention of cotangents is PyTorch's. Backwards and forwards everything runs through `rule.vjp` and
`rule.jvp`. Differentiated again, those are traced; where they use linear algebra, that is PyTorch's own.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

from .. import RULES, Rule
from .._api import Like
from .._namespace import Array
from ._functions import as_function

__all__ = [*RULES, "function"]

WORDS = {"dim": "axis", "keepdim": "keepdims", "unitriangular": "unit_diagonal"}


KNOWN: list[Rule] = []  # torch.compile follows a number into a list, and no rule into a closure
MOST = 3  # inputs of a rule: torch.compile counts the parameters of `forward`


class Backward(torch.autograd.Function):  # type: ignore[misc]
    """A rule, by its number and the values of its keywords, and its inputs; without a JVP."""

    generate_vmap_rule = True

    @staticmethod
    def forward(use: Any, A: Array, B: Array | None, C: Array | None) -> tuple[Array, ...]:
        """The outputs of the rule."""
        rule, params = _read(use)
        return rule.forward(*(A, B, C)[: len(rule.inputs)], **params)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Array, ...]) -> None:
        """Keep what the rule saves, and of the rest shape and dtype."""
        ctx.set_materialize_grads(False)  # None is a cotangent of zero
        ctx.use, *arrays = inputs
        rule, _ = _read(ctx.use)
        arrays = arrays[: len(rule.inputs)]
        ctx.likes = [Like(tuple(x.shape), x.dtype) for x in (*arrays, *output)]
        saved = rule.saved(arrays, output)
        ctx.save_for_backward(*saved)
        ctx.save_for_forward(*saved)
        constant = [x for name, x in zip(rule.outputs, output, strict=True) if name in rule.constant]
        ctx.mark_non_differentiable(*constant)

    @staticmethod
    def backward(ctx: Any, *cotangents: Array | None) -> tuple[Array | None, ...]:
        """The pullback, between None for what is no array."""
        rule, params = _read(ctx.use)
        bars = rule.vjp(*_arrays(ctx), cotangents, **params)
        return (None, *bars, *[None] * (MOST - len(bars)))


class Whole:
    """Values that torch.func does not take apart."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)


class Both(Backward):
    """With a JVP, which torch.compile refuses."""

    @staticmethod
    def jvp(ctx: Any, *tangents: Array | None) -> tuple[Array | None, ...]:
        """The pushforward; not within another, where PyTorch would lose the outer tangent in silence."""
        rule, params = _read(ctx.use)
        levels = [level.key() for level in torch._C._functorch.get_interpreter_stack() or ()]
        if levels.count(torch._C._functorch.TransformType.Jvp) > 1:
            raise NotImplementedError(
                f"{rule.name}: PyTorch has no forward mode through a custom function within forward mode; "
                f"take torch.func.jacrev, grad or vjp for one of the two"
            )
        return rule.jvp(*_arrays(ctx), tangents[1 : 1 + len(rule.inputs)], **params)


def _read(use: Any) -> tuple[Rule, dict[str, Any]]:
    number, *values = use
    rule = KNOWN[number]
    return rule, dict(zip(rule.params, values, strict=True))


def _arrays(ctx: Any) -> tuple[list[Any], list[Any]]:
    """The inputs and outputs, of those not saved shape and dtype alone."""
    rule, arrays = _read(ctx.use)[0], list(ctx.likes)
    for slot, x in zip(rule.slots, ctx.saved_tensors, strict=True):
        arrays[slot] = x
    count = len(rule.inputs)
    return arrays[:count], arrays[count:]


def function(rule: Rule) -> Any:
    """A rule, one of your own for example, as a function that PyTorch differentiates.

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    callable
        Of the inputs and the keywords of the rule; it returns a tensor or a named tuple of tensors.

    Examples
    --------
    >>> import linalg_vjp as lv
    >>> inv = function(lv.RULES["inv"])
    >>> A = torch.eye(2, requires_grad=True)
    >>> inv(A).sum().backward()
    >>> A.grad.tolist()
    [[-1.0, -1.0], [-1.0, -1.0]]
    """
    if len(rule.inputs) > MOST:
        raise ValueError(f"{rule.name}: {len(rule.inputs)} inputs; PyTorch is given rules of up to {MOST}")
    number = len(KNOWN)
    KNOWN.append(rule)

    def apply(inputs: tuple[Any, ...], params: dict[str, Any]) -> tuple[Array, ...]:
        arrays = (*inputs, *[None] * (MOST - len(inputs)))
        # A tensor among the keywords is a constant, whatever becomes of it until the backward pass.
        use = (number, *(v.detach().clone() if isinstance(v, torch.Tensor) else v for v in params.values()))
        compiling = torch.compiler.is_compiling()
        # Within torch.func the compiler would differentiate `forward` by PyTorch's formulas, and in silence.
        # This number it cannot trace, so that it leaves the call to Python.
        if compiling and torch._C._functorch.maybe_current_level() is not None:
            raise NotImplementedError(f"{rule.name}: torch.compile cannot hold torch.func in one graph")
        outputs: tuple[Array, ...] = (
            Backward.apply(use, *arrays) if compiling else Both.apply(Whole(use), *arrays)
        )
        return outputs

    return as_function(rule, apply, "PyTorch", WORDS, positional=1)


OPERATIONS = {name: function(rule) for name, rule in RULES.items()}
globals().update(OPERATIONS)
if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The function of each rule."""


# torch.linalg's keywords for a matrix that is read or meant otherwise: the same function of a view of it.


def eigh(A: Array, UPLO: str = "L", **params: Any) -> Any:
    """`eigh` of the Hermitian matrix whose lower ("L") or upper ("U") triangle is that of A."""
    return OPERATIONS["eigh"](_lower(A, UPLO), **params)


def eigvalsh(A: Array, UPLO: str = "L", **params: Any) -> Any:
    """`eigvalsh` of the Hermitian matrix whose lower ("L") or upper ("U") triangle is that of A."""
    return OPERATIONS["eigvalsh"](_lower(A, UPLO), **params)


def _lower(A: Array, UPLO: str) -> Array:
    if UPLO not in ("L", "l", "U", "u"):
        raise ValueError(f'UPLO={UPLO!r} is neither "L", the lower triangle, nor "U", the upper one')
    return A if UPLO in ("L", "l") else A.mH


def solve(A: Array, B: Array, *, left: bool = True) -> Any:
    """X with A X = B, or X A = B with left=False; B of the shape of A without its last axis is of vectors."""
    op = OPERATIONS["solve"]
    if left and 1 < B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]:
        return op(A, B[..., None])[..., 0]
    return op(A, B) if left else op(A.mT, B.mT).mT


def solve_triangular(A: Array, B: Array, *, upper: bool, left: bool = True, **params: Any) -> Any:
    """X with A X = B, or X A = B with left=False, for a triangular A."""
    op = OPERATIONS["solve_triangular"]
    return op(A, B, upper=upper, **params) if left else op(A.mT, B.mT, upper=not upper, **params).mT
