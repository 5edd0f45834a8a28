"""HIPS autograd: its linear algebra, differentiated by these rules.

`install` registers the VJP and JVP of each rule for the functions of `autograd.numpy.linalg` and
`autograd.scipy.linalg` that compute what the rule computes. `uninstall` restores autograd's own.

This module converts autograd's conventions: its cotangents are the conjugates of ours, and those of eigh and
eigvalsh lie in the triangle that is read. autograd calls NumPy itself, so the first pullback factorizes
again, and keeps the factorization for later ones. For a second derivative autograd traces the rule, which
calls other rules as autograd functions; `function(rule)` makes one.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np
from autograd.builtins import container_untake
from autograd.core import defjvp_argnums, defvjp_argnums, primitive_jvps, primitive_vjps, sum_outgrads
from autograd.extend import vspace
from autograd.numpy import linalg as numpy_linalg
from autograd.scipy import linalg as scipy_linalg
from autograd.tracer import getval

from .. import RULES, Linearization, Rule
from .._namespaces import Array
from ._autograd import conjugate, floating, function, given, parts, reached

__all__ = ["function", "install", "uninstall"]

Options = dict[str, Any]
Map = Callable[[Array], Array]


def _same(x: Array) -> Array:
    return x


class Use(NamedTuple):
    """A call of an autograd function, expressed as a call of a rule."""

    rule: Rule
    params: Options
    read: Map = _same  # from the function's first argument to the rule's first input
    read_bar: Map = _same  # the adjoint of `read`
    shape: tuple[int, ...] | None = None  # of the rule's output, if the function's result has another shape
    only: int | None = None  # the index of the output that the function returns, if it returns only one


Reader = Callable[[Array, Options], Use]


def _plain(name: str) -> Reader:
    """For a function whose keywords are those of the rule."""
    return lambda a, given: Use(RULES[name], given)


def _cholesky(a: Array, given: Options) -> Use:
    return Use(RULES["cholesky"], {"upper": not given.pop("lower", False), **given})


def _hermitian(name: str) -> Reader:
    """For a function that reads one triangle, which `UPLO` or `lower` selects."""

    def use(a: Array, given: Options) -> Use:
        lower = given.pop("lower", given.pop("UPLO", "L") in ("L", "l"))
        found = "eigvalsh" if given.pop("eigvals_only", False) else name
        half, k = (anp.tril, -1) if lower else (anp.triu, 1)

        def read(a: Array) -> Array:
            strict = half(a, k)
            return strict + conjugate(anp.swapaxes(strict, -1, -2)) + _real_diagonal(a)

        return Use(RULES[found], given, read, lambda A_bar: 2 * half(A_bar, k) + _real_diagonal(A_bar))

    return use


def _real_diagonal(A: Array) -> Array:
    return anp.real(A) * np.eye(A.shape[-1], dtype=getval(A).real.dtype)


def _svd(a: Array, given: Options) -> Use:
    if given.pop("compute_uv", True):
        return Use(RULES["svd"], given)
    given.pop("full_matrices", None)
    return Use(RULES["svdvals"], given)


def _pinv(a: Array, given: Options) -> Use:
    if "rcond" in given:
        given["rtol"] = given.pop("rcond")
    if isinstance(given.get("rtol"), list | tuple):
        given["rtol"] = np.asarray(given["rtol"])
    return Use(RULES["pinv"], given)


def _qr(default: str, modes: dict[str, str]) -> Reader:
    def use(a: Array, given: Options) -> Use:
        mode = given.pop("mode", default)
        only = 1 if mode == "r" else None
        return Use(RULES["qr"], {"mode": modes.get(mode, mode), **given}, only=only)

    return use


def _solve_triangular(a: Array, given: Options) -> Use:
    trans, upper = given.pop("trans", "N"), not given.pop("lower", False)
    trans = {0: "N", 1: "T", 2: "C"}.get(trans, trans)
    return Use(RULES["solve_triangular"], {"upper": upper, "trans": trans, **given})


def _norm(a: Array, given: Options) -> Use:
    """A vector norm over one axis or all axes, or a matrix norm over any two."""
    ord, axis = given.pop("ord", None), given.pop("axis", None)
    if axis is None and ord is not None and len(a.shape) == 2:
        axis = (0, 1)
    if len(a.shape) == 0:
        given = {"ord": 2 if ord is None else ord, **given}
        return Use(RULES["vector_norm"], given, lambda a: anp.reshape(a, (1,)), lambda a_bar: a_bar[0])
    over_two = isinstance(axis, tuple) and len(axis) == 2
    if not over_two or ord in (None, "fro"):
        return Use(RULES["vector_norm"], {"ord": 2 if ord in (None, "fro") else ord, "axis": axis, **given})
    given.pop("keepdims", None)  # the result is reshaped to its own shape anyway

    def read(a: Array) -> Array:
        return anp.moveaxis(a, axis, (-2, -1))

    def read_bar(A_bar: Array) -> Array:
        return anp.moveaxis(A_bar, (-2, -1), axis)

    shape = read(np.empty(a.shape)).shape[:-2]
    return Use(RULES["matrix_norm"], {"ord": ord, **given}, read, read_bar, shape)


NUMPY: dict[str, Reader] = {
    "eigh": _hermitian("eigh"),
    "eigvalsh": _hermitian("eigvalsh"),
    "pinv": _pinv,
    "qr": _qr("reduced", {"r": "reduced"}),
    "svd": _svd,
}
SCIPY: dict[str, Reader] = {
    **NUMPY,
    "cholesky": _cholesky,
    "qr": _qr("full", {"full": "complete", "economic": "reduced", "r": "complete"}),
    "solve_triangular": _solve_triangular,
}


# Left to autograd. In NumPy and SciPy these take their arrays in another form than the rule does. `sqrtm`
# returns a complex root of a real matrix with negative eigenvalues, for which the rule has no root.
OTHERWISE = ("lu_solve", "multi_dot", "solve_banded", "sqrtm", "toeplitz")


def _functions() -> dict[Any, Reader]:
    """autograd's primitives, each with the reader of its calls."""
    found: dict[Any, Reader] = {numpy_linalg._primitive_norm: _norm, scipy_linalg.norm: _norm}
    for name in RULES:
        if name in OTHERWISE:
            continue
        for module, special in ((numpy_linalg, NUMPY), (scipy_linalg, SCIPY)):
            if hasattr(module, name):
                found[getattr(module, name)] = special.get(name, _plain(name))
    return found


# Keywords that change how the result is computed, not the result.
HOW = {"overwrite_a", "overwrite_b", "check_finite", "lapack_driver", "driver", "lwork"}


@functools.cache
def _signature(function: Any) -> inspect.Signature:
    return inspect.signature(function.fun)


def _used(
    function: Any, reader: Reader, argnums: tuple[int, ...], args: tuple[Any, ...], kwargs: Options
) -> tuple[Use, list[Array]]:
    """Express a call as a call of a rule. Returns that, and the inputs of the rule."""
    inputs, options, signature = [], {}, _signature(function)
    for name, value in signature.bind(*args, **kwargs).arguments.items():
        default = signature.parameters[name].default
        if default is inspect.Parameter.empty:
            inputs.append(floating(value))
        elif name not in HOW and not (value is default or (np.isscalar(value) and value == default)):
            options[name] = value
    if argnums[-1] >= len(inputs):
        raise NotImplementedError(f"{function.__name__}: argument {argnums[-1]} has no derivative")
    use = reader(inputs[0], dict(options))
    if not use.rule.supports(**use.params):
        raise NotImplementedError(
            f"{function.__name__} with {', '.join(f'{k}={v!r}' for k, v in options.items())}: the rule "
            f"{use.rule.name} does not support it; its keywords are {', '.join(use.rule.params) or 'none'}"
        )
    return use, [use.read(inputs[0]), *inputs[1:]]


def _outputs(use: Use, inputs: list[Array], ans: Any) -> list[Array]:
    if use.only is not None:
        return list(use.rule.forward(*inputs, xp=reached(inputs), **use.params))
    return _shaped(parts(ans), use.shape)


def _shaped(parts: list[Array], shape: tuple[int, ...] | None) -> list[Array]:
    return parts if shape is None else [anp.reshape(x, shape) for x in parts]


def _vjp_maker(function: Any, reader: Reader) -> Any:
    def make(argnums: tuple[int, ...], ans: Any, args: tuple[Any, ...], kwargs: Options) -> Any:
        use, inputs = _used(function, reader, argnums, args, kwargs)
        outputs = _outputs(use, inputs, ans)
        known: list[Linearization] = []

        def linearized(bars: list[Any]) -> Linearization:
            xp = reached((*inputs, *outputs, *bars))
            if xp is None and known:
                return known[0]
            found = use.rule.linearize(inputs, outputs, xp=xp, **use.params)
            if xp is None:
                known.append(found)
            return found

        def vjp(g: Any) -> tuple[Array, ...]:
            bars = [given(x) for x in parts(g)]
            bars = _shaped(bars, use.shape)
            if use.only is not None:
                bars = [bars[0] if i == use.only else None for i in range(len(outputs))]
            pulled = [conjugate(x) for x in linearized(bars).vjp(bars)]
            pulled[0] = use.read_bar(pulled[0])
            return tuple(pulled[i] for i in argnums)

        return vjp

    return make


def _jvp_maker(function: Any, reader: Reader) -> Any:
    def make(argnums: tuple[int, ...], gs: Any, ans: Any, args: tuple[Any, ...], kwargs: Options) -> Any:
        use, inputs = _used(function, reader, argnums, args, kwargs)
        outputs = _outputs(use, inputs, ans)
        dots: list[Any] = [None] * len(inputs)
        for i, g in zip(argnums, gs, strict=True):
            dots[i] = use.read(floating(g)) if i == 0 else floating(g)
        xp = reached((*inputs, *outputs, *dots))
        pushed = use.rule.linearize(inputs, outputs, xp=xp, **use.params).jvp(dots)
        if use.only is not None:
            pushed = (pushed[use.only],)
        if not isinstance(getval(ans), tuple | list):
            return anp.reshape(pushed[0], anp.shape(ans))
        live = ((i, x) for i, x in enumerate(pushed) if x is not None)
        return sum_outgrads([container_untake(x, i, vspace(getval(ans))) for i, x in live])

    return make


ITS_OWN: dict[str, dict[Any, Any]] = {}


def install() -> None:
    """Differentiate autograd's linear algebra with the rules of this library, until `uninstall`.

    Examples
    --------
    >>> import autograd, autograd.numpy as np
    >>> install()
    >>> autograd.grad(lambda A: np.sum(np.linalg.eigvalsh(A) ** 2))(np.diag([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    >>> uninstall()
    """
    if ITS_OWN:
        return
    ITS_OWN.update(vjps=dict(primitive_vjps), jvps=dict(primitive_jvps))
    for known, reader in _functions().items():
        defvjp_argnums(known, _vjp_maker(known, reader))
        defjvp_argnums(known, _jvp_maker(known, reader))


def uninstall() -> None:
    """Restore autograd's own derivatives."""
    for table, own in ((primitive_vjps, "vjps"), (primitive_jvps, "jvps")):
        for known in _functions() if ITS_OWN else ():
            table.pop(known)
            if known in ITS_OWN[own]:
                table[known] = ITS_OWN[own][known]
    ITS_OWN.clear()
