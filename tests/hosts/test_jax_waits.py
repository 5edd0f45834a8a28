"""Our derivatives do not trigger a deadlock in compiled programs of JAX 0.10.2.

If two batched LAPACK calls run at the same time, each can wait for a thread that the other holds. XLA runs
independent calls at the same time. So in a compiled derivative each call must depend on all earlier ones.
"""

import re
import subprocess
import sys

import numpy as np
import pytest

import linalg_vjp as lv

from ..random_inputs import live_of, regular
from .test_kept import floating

SHAPES = [(20, 180, 90), (20, 90, 90), (20, 90, 180), (20000, 6, 3), (800, 28, 14)]
PROGRAM = """
import jax
import numpy as np
from linalg_vjp.adapters import jax as L

jax.config.update("jax_enable_x64", True)
A = jax.numpy.asarray(np.random.default_rng(0).standard_normal({shape}))

@jax.jit
def pulled(A):
    outputs, pull = jax.vjp(lambda A: tuple(L.qr(A)), A)
    return pull(outputs)

@jax.jit
def pushed(A):
    return jax.jvp(lambda A: tuple(L.qr(A)), (A,), (A,))

for _ in range(10):
    jax.block_until_ready((pulled(A), pushed(A)))
"""


@pytest.mark.parametrize("shape", SHAPES)
def test_qr_comes_to_an_end(shape):
    pytest.importorskip("jax", reason="not run: jax is not installed")
    command = [sys.executable, "-c", PROGRAM.format(shape=shape)]
    subprocess.run(command, timeout=100, check=True)


def compiled(name, derive):
    """The text of a compiled derivative."""
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    from linalg_vjp.adapters import jax as L

    inputs = [jax.numpy.asarray(x) for x in regular(name, 3, n=4, dtype="float32")]
    core = lv.RULES[name].sides.inputs[0]
    if len(inputs) == 1 and len(set(core)) == 2:  # a matrix that need not be square
        inputs = [jax.numpy.concat([x, 1 + x[..., ::-1]], axis=-2) for x in inputs]

    def whole(*x):
        return floating(name, L.OPERATIONS[name](*x, **lv.RULES[name].typical))

    outputs, live = live_of(name, whole, inputs)

    def pulled(*x):
        made, pull = jax.vjp(outputs, *x)
        return made, pull(made)

    def pushed(*x):
        return jax.jvp(outputs, x, x)

    def by_our_pullback(*x):
        made, pull = lv.vjp(name, *x, **lv.RULES[name].typical)
        made = made if isinstance(made, tuple) else (made,)
        named = zip(lv.RULES[name].outputs, made, strict=True)
        return made, pull(*(None if label in lv.RULES[name].constant else y for label, y in named))

    derivatives = {
        "pulled": (pulled, live),
        "pushed": (pushed, live),
        "by our pullback": (by_our_pullback, inputs),
    }
    function, given = derivatives[derive]
    return jax.jit(function).lower(*given).compile().as_text()


def independent(text):
    """The pairs of LAPACK calls that do not depend on each other."""
    pairs = []
    for part in re.split(r"^\}", text, flags=re.M):  # one computation at a time
        reads, calls = {}, []
        for line in part.splitlines():
            if found := re.match(r"\s*(?:ROOT )?(%[\w.-]+) = ", line):
                name = found[1]
                reads[name] = set()
                for source in re.findall(r"%[\w.-]+", line[found.end() :]):
                    reads[name] |= {source} | reads.get(source, set())
                if 'custom_call_target="lapack_' in line:
                    pairs += [(other, name) for other in calls if other not in reads[name]]
                    calls.append(name)
    return pairs


def test_what_is_independent_is_found():
    jax = pytest.importorskip("jax", reason="not run: jax is not installed")
    A = np.ones((3, 5, 4), "float32")
    for function, count in (
        (lambda A: (jax.numpy.linalg.qr(A), jax.numpy.linalg.qr(A + 1)), 4),
        (lambda A: jax.numpy.linalg.qr(jax.numpy.linalg.qr(A)[0])[1], 0),
    ):
        assert len(independent(jax.jit(function).lower(A).compile().as_text())) == count


@pytest.mark.parametrize("derive", ["pulled", "pushed", "by our pullback"])
@pytest.mark.parametrize("name", lv.RULES)
def test_no_two_run_at_the_same_time(name, derive):
    assert independent(compiled(name, derive)) == []
