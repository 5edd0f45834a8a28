"""The adapter's functions for PyTorch: its own checks, its transformations, and keywords of torch.linalg."""

import warnings

import pytest

import linalg_vjp as lv

from ..random_inputs import BATCHED, general, is_hermitian, live_of, positive, regular
from ..said_by_torch import SAID_BY_TORCH

torch = pytest.importorskip("torch", reason="not run: torch is not installed")

from linalg_vjp.adapters import torch as L  # noqa: E402

pytestmark = [
    *SAID_BY_TORCH,
    pytest.mark.filterwarnings("ignore:.*Function.* should not be instantiated:DeprecationWarning"),
]


def inputs_of(name, *batch, dtype="float64"):
    return tuple(map(torch.asarray, regular(name, *batch, dtype=dtype)))


def operation(name):
    """The function, restricted to outputs without a gauge; the input is made Hermitian if it must be."""
    params = lv.RULES[name].typical

    def f(*inputs):
        if is_hermitian(name):
            inputs = tuple((x + x.mH) / 2 for x in inputs)
        found = L.OPERATIONS[name](*inputs, **params)
        found = found if isinstance(found, tuple) else (found,)
        named = zip(lv.RULES[name].outputs, found, strict=True)
        return tuple(
            y.abs() if label in lv.RULES[name].gauge else y
            for label, y in named
            if label not in lv.RULES[name].constant
        )

    return f


def loss_of(name):
    return lambda *inputs: sum((y.abs() ** 3).sum() for y in operation(name)(*inputs))


def same(found, wanted):
    for x, y in zip(found, wanted, strict=True):
        torch.testing.assert_close(x, y, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("dtype", [pytest.param("float64", marks=pytest.mark.nightly), "complex128"])
@pytest.mark.parametrize("name", lv.RULES)
def test_gradcheck(name, dtype):
    """Both modes, and both modes through the backward pass."""
    of_live, live = live_of(name, operation(name), inputs_of(name, 2, dtype=dtype))
    leaves = tuple(x.requires_grad_() for x in live)
    assert torch.autograd.gradcheck(of_live, leaves, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(of_live, leaves, check_fwd_over_rev=True)


@pytest.mark.parametrize("name", BATCHED)
def test_transformations(name):
    loss, inputs = loss_of(name), inputs_of(name, 2)
    gradient = torch.func.grad(loss)
    same([torch.func.vmap(gradient)(*inputs)], [gradient(*inputs)])
    same([torch.func.jacfwd(loss)(*inputs)], [gradient(*inputs)])
    one, (forward, reverse) = [x[0] for x in inputs], (torch.func.jacfwd, torch.func.jacrev)
    pairs = ((forward, reverse), (reverse, forward), (reverse, reverse))
    hessians = [outer(inner(loss))(*one) for outer, inner in pairs]
    same(hessians[1:], hessians[:1] * 2)
    with pytest.raises(NotImplementedError, match="cannot nest forward mode"):
        forward(forward(loss))(*one)


@pytest.mark.parametrize("name", lv.RULES)
def test_compile(name, capfd):
    """It compiles to one graph without a warning, backward pass included; inside torch.func it does not."""
    loss, inputs = live_of(name, loss_of(name), inputs_of(name, 2))
    gradient = torch.func.grad(loss)
    leaves = [x.clone().requires_grad_() for x in inputs]
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = torch.autograd.grad(compiled(*leaves), leaves)[:1]
    assert "".join(capfd.readouterr()) == ""
    same(found, [gradient(*inputs)])
    with pytest.raises(torch._dynamo.exc.Unsupported):
        torch.compile(gradient, fullgraph=True, backend="aot_eager")(*inputs)
    torch.compiler.reset()


@pytest.mark.parametrize("name", lv.RULES)
def test_compile_for_every_size(name):
    """Sizes are symbolic. It may compile once more when the batches of two inputs differ."""
    (loss, _), counted = live_of(name, loss_of(name), inputs_of(name, 2)), []

    def backend(graph, inputs):
        counted.append(graph)
        return graph.forward

    compiled = torch.compile(loss, fullgraph=True, backend=backend, dynamic=True)
    for batch in (2, 3, 5):
        _, inputs = live_of(name, loss, inputs_of(name, batch))
        leaves = [x.clone().requires_grad_() for x in inputs]
        same(torch.autograd.grad(compiled(*leaves), leaves)[:1], [torch.func.grad(loss)(*inputs)])
    assert len(counted) <= 2
    torch.compiler.reset()


def test_compiled_rules_are_ours():
    """They are right where PyTorch's are wrong: ties, a singular matrix, extra columns of a tall matrix."""
    D = torch.asarray(general(3, 3))

    def polar(A):
        U, _, Vh = L.svd(A, full_matrices=False)
        return (U @ Vh * D).sum()

    def complete(A):
        return L.qr(A, mode="complete").R.sum()

    tied, tall = torch.eye(3, dtype=torch.float64), torch.asarray(general(4, 2))
    for loss, A in ((polar, tied), (complete, tall)):
        leaf = A.clone().requires_grad_()
        torch.compile(loss, fullgraph=True, backend="aot_eager")(leaf).backward()
        wanted = torch.func.grad(loss)(A)
        assert torch.isfinite(wanted).all()
        same([leaf.grad, torch.compile(torch.func.grad(loss), backend="aot_eager")(A)], [wanted] * 2)
    singular = torch.arange(9.0, dtype=torch.float64).reshape(3, 3)

    def along(A):
        return torch.func.jvp(L.det, (A,), (D,))[1]

    same([torch.compile(along, backend="aot_eager")(singular)], [along(singular)])
    torch.compiler.reset()


def slopes(call, module, *inputs):
    leaves = [x.clone().requires_grad_() for x in inputs]
    (call(module, *leaves) ** 3).sum().backward()
    return [torch.zeros_like(x) if x.grad is None else x.grad for x in leaves]


@pytest.mark.parametrize(
    "call",
    [
        lambda L, A, B: L.eigvalsh(A, UPLO="U"),
        lambda L, A, B: L.eigh(A, "U").eigenvalues,
        lambda L, A, B: L.eigvalsh(A, "l"),
        lambda L, A, B: L.solve(torch.stack([A, A, A, A]), torch.stack([B[:, 0]] * 4)),
        lambda L, A, B: L.solve(A, B.mT, left=False),
        lambda L, A, B: L.solve_triangular(A, B, upper=False, unitriangular=True),
        lambda L, A, B: L.solve_triangular(A, B.mT, upper=True, left=False),
        lambda L, A, B: L.vector_norm(B, 3, dim=-1, keepdim=True),
        lambda L, A, B: L.matrix_norm(B, "nuc", keepdim=True),
        lambda L, A, B: L.cholesky(A @ A.mT, upper=True),
        lambda L, A, B: L.slogdet(A).logabsdet,
        lambda L, A, B: L.qr(B).R,
        lambda L, A, B: L.svd(B, full_matrices=False).S,
        lambda L, A, B: L.lu(A).U,
    ],
)
def test_keywords_are_those_of_torch_linalg(call):
    """The same call of PyTorch gives the same value and derivative, for a nonsymmetric matrix."""
    A = torch.asarray(general(4, 4)) + 4 * torch.eye(4, dtype=torch.float64)
    B = torch.asarray(general(4, 2, seed=1))
    ours, theirs = ([call(module, A, B), *slopes(call, module, A, B)] for module in (L, torch.linalg))
    same(ours, theirs)


def test_none_is_zero():
    """The rule gets None for a cotangent that PyTorch omits, so tied vectors do not contribute."""
    A = torch.eye(3, dtype=torch.float64, requires_grad=True)
    L.eigh(A).eigenvalues.sum().backward()
    assert torch.equal(A.grad, torch.eye(3, dtype=torch.float64))


def test_a_tolerance_is_a_constant():
    A, rtol = torch.diag(torch.asarray([3.0, 1.0, 0.1])).requires_grad_(), torch.asarray(0.2)
    X = L.pinv(A, rtol=rtol)
    rtol.fill_(1e-9)
    X.sum().backward()
    assert A.grad.abs().max() < 2  # about 100 if the third output contributed


def test_gauge_and_constants():
    A = torch.asarray(positive(3)).requires_grad_()
    with pytest.raises(lv.GaugeError):
        L.eigh(A.to(torch.complex128), gauge="check").eigenvectors.imag.sum().backward()
    P, _, _ = L.lu(A)
    p, _, _ = L.lu(A, p_indices=True)
    assert not P.requires_grad
    assert not p.requires_grad
    assert not p.is_floating_point()


def test_errors():
    A = torch.ones(2, 2)
    with pytest.raises(TypeError, match=r"qr\(\) got an unexpected keyword argument 'pivoting'"):
        L.qr(A, pivoting=True)
    with pytest.raises(TypeError, match=r"det\(\) takes 1 positional argument but 2 were given"):
        L.det(A, 3)
    with pytest.raises(TypeError, match=r"inv: no derivative flows through out=; use the returned tensor"):
        L.inv(A, out=A)
    with pytest.raises(ValueError, match='UPLO must be "L"'):
        L.eigh(A, "X")
    with pytest.raises(ValueError, match="A has shape"):
        L.inv(torch.ones(2, 3))


@pytest.mark.parametrize(
    "transform", [torch.func.grad, lambda f: torch.func.jacfwd(f)], ids=["grad", "jacfwd"]
)
@pytest.mark.parametrize(
    "f",
    [
        lambda x: L.vector_norm(x, 3, dim=0).sum(),
        lambda x: (L.vecdot(x, x.mT, dim=0) ** 2).sum(),
        lambda x: (L.cross(x, x.mT, dim=0) ** 3).sum(),
    ],
    ids=["vector_norm", "vecdot", "cross"],
)
def test_vmap_of_vectors_along_another_axis(f, transform):
    x = torch.asarray(general(2, 3, 3))
    found = torch.func.vmap(transform(f))(x)
    same(found, [transform(f)(one) for one in x])


@pytest.mark.parametrize("name", lv.RULES)
def test_a_batch_of_cotangents(name):
    """PyTorch maps the backward pass with an older vmap, which lacks many batching rules."""
    of_live, live = live_of(name, operation(name), inputs_of(name))
    leaves = [x.requires_grad_() for x in live]
    outputs = of_live(*leaves)
    bars = [torch.asarray(general(3, *y.shape)).to(y.dtype) for y in outputs]
    found = torch.autograd.grad(outputs, leaves, bars, is_grads_batched=True, create_graph=True)
    one_by_one = [
        torch.autograd.grad(outputs, leaves, one, retain_graph=True) for one in zip(*bars, strict=True)
    ]
    same(found, [torch.stack(each) for each in zip(*one_by_one, strict=True)])
    loss = sum((abs(x) ** 2).sum() for x in found)
    again = torch.autograd.grad(loss, leaves, allow_unused=True) if loss.requires_grad else ()
    assert all(x is None or x.isfinite().all() for x in again)
