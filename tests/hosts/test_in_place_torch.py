"""The replacements of functions of torch.linalg: their arguments, and results at PyTorch's own samples.

PyTorch ships sample inputs for its operators, and the checks that it runs on them: values, gradients, second
and batched gradients, and forward mode.
"""

import inspect
import pickle
import re

import pytest

from ..said_by_torch import SAID_BY_TORCH

torch = pytest.importorskip("torch", reason="not run: torch is not installed")
pytest.importorskip(
    "expecttest", reason="not run: expecttest, which PyTorch's samples need, is not installed"
)

from linalg_vjp.adapters import torch as L  # noqa: E402

pytestmark = [
    *SAID_BY_TORCH,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:torch.qr is deprecated:UserWarning"),
    pytest.mark.filterwarnings("ignore:An output with one or more elements was resized:UserWarning"),
]

PUBLIC = sorted(name for name, f in vars(torch.linalg).items() if callable(f) and not name.startswith("_"))
MORE = ("gauge", "p_indices", "rcond")  # arguments that torch.linalg lacks, or no longer documents


@pytest.mark.parametrize("name", PUBLIC)
def test_every_function_is_there_with_its_arguments(name):
    """Fails if a new PyTorch has a new function or a new argument."""
    ours, own = getattr(L, name), getattr(torch.linalg, name)
    if name not in L.REPLACED:
        assert ours is own
        return
    call = re.match(r"(?:torch\.)?(?:linalg\.)?\w+\((.*?)\)(?: ->|\n|$)", own.__doc__.strip()).group(1)
    words = [word.strip() for word in re.sub(r"\([^)]*\)", "", call).split(",")]
    theirs = [re.sub(r"=.*", "", word).split(" ")[-1] for word in words if word != "*"]
    mine = {k: p for k, p in inspect.signature(ours).parameters.items() if k not in MORE or k in theirs}
    assert [word for word in theirs if word != "out"] == [*mine]
    positional = theirs if "*" not in words else theirs[: words.index("*")]
    assert positional == [k for k, p in mine.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert pickle.loads(pickle.dumps(ours)) is ours


def samples_of(name):
    """PyTorch's descriptions of an operator."""
    from torch.testing._internal.common_methods_invocations import op_db

    return [
        op for op in op_db if op.name == f"linalg.{name}" or (op.name, name) == ("matrix_exp", "matrix_exp")
    ]


SAMPLED = [name for name in L.REPLACED if name != "matmul"]  # its samples are for torch.matmul
DTYPES = [torch.float64, torch.complex128]


def calls(op, name, dtype):
    """For each sample, our function and PyTorch's as functions of its differentiable tensors, and these."""
    for sample in op.sample_inputs("cpu", dtype, requires_grad=True):
        arguments = [sample.input, *sample.args]
        flat, spec = torch.utils._pytree.tree_flatten(arguments)
        live = [i for i, x in enumerate(flat) if isinstance(x, torch.Tensor) and x.requires_grad]

        def of(function, flat=flat, spec=spec, live=live, sample=sample):
            def call(*leaves):
                given = list(flat)
                for i, x in zip(live, leaves, strict=True):
                    given[i] = x
                arguments = torch.utils._pytree.tree_unflatten(given, spec)
                return sample.output_process_fn_grad(
                    op.gradcheck_wrapper(function, *arguments, **sample.kwargs)
                )

            return call

        own = op.op
        ours = getattr(L, name)
        if op.variant_test_name == "singular":  # pinv of a product of two factors
            ours = lambda a, b: L.pinv(a @ b.mT)  # noqa: E731
        if op.variant_test_name == "grad_oriented":
            ours = lambda a, b, driver: L.lstsq(a, b, driver=driver)[:2]  # noqa: E731
        yield of(ours), of(own), tuple(flat[i] for i in live)


def tensors(found):
    found = found if isinstance(found, tuple | list) else (found,)
    return [x for x in found if isinstance(x, torch.Tensor)]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", SAMPLED)
def test_values_shapes_and_dtypes_are_those_of_pytorch(name, dtype):
    ops = samples_of(name)
    assert ops
    for op in ops:
        for ours, own, leaves in calls(op, name, dtype):
            found, wanted = tensors(ours(*leaves)), tensors(own(*leaves))
            assert len(found) >= len(wanted)
            for x, y in zip(found, wanted, strict=False):
                assert (x.shape, x.dtype) == (y.shape, y.dtype)
                torch.testing.assert_close(x, y, rtol=1e-7, atol=1e-7, equal_nan=True)


def differentiable(name, dtype, some, order=1):
    """Every `some`-th sample that can be differentiated `order` times."""
    for op in samples_of(name):
        if op.variant_test_name == "subgradients_at_zero" and order > 1:
            continue  # there is no second derivative there
        if (op.name, op.variant_test_name) == ("linalg.lstsq", ""):
            continue  # PyTorch checks gradients with the samples of its other variant
        for i, (ours, _, leaves) in enumerate(calls(op, name, dtype)):
            if leaves and i % some == 0:
                yield ours, leaves


@pytest.mark.parametrize("some", [5, pytest.param(1, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", SAMPLED)
def test_gradients_both_ways_and_of_batches(name, dtype, some):
    checks = {"check_forward_ad": True, "check_batched_grad": True, "fast_mode": True}
    for ours, leaves in differentiable(name, dtype, some):
        assert torch.autograd.gradcheck(ours, leaves, **checks)


@pytest.mark.parametrize("some", [23, pytest.param(1, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", SAMPLED)
def test_second_gradients(name, dtype, some):
    checks = {"check_fwd_over_rev": True, "check_batched_grad": True, "fast_mode": True}
    for ours, leaves in differentiable(name, dtype, some, order=2):
        assert torch.autograd.gradgradcheck(ours, leaves, gen_non_contig_grad_outputs=True, **checks)
