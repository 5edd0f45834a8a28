"""The backends that the tests run on: those with a profile in backends/, or those named by --backend."""

from typing import NamedTuple

import numpy as np
import pytest

from linalg_vjp.testing.backends import Backend, MissingBackend, load, names


def pytest_addoption(parser):
    parser.addoption("--backend", action="append", help="run on this backend alone; may be repeated")


class Target(NamedTuple):
    """A backend and one of its devices."""

    backend: Backend
    device: str

    def asarray(self, x):
        return self.backend.asarray(np.asarray(x), self.device)


def pytest_generate_tests(metafunc):
    if "target" not in metafunc.fixturenames:
        return
    asked = metafunc.config.getoption("--backend")
    targets = []
    for name in asked or names():
        backend = load(name)
        try:
            backend.start()
        except MissingBackend as missing:
            if asked:
                raise pytest.UsageError(str(missing)) from missing
            reason = f"not run: {missing}"
            targets.append(pytest.param(None, id=name, marks=pytest.mark.skip(reason=reason)))
            continue
        targets += [pytest.param(Target(backend, d), id=f"{name}-{d}") for d in backend.devices]
    metafunc.parametrize("target", targets)
