"""The bug report with which this project began: its eleven cases against their true values."""

import numpy as np
import pytest

import linalg_vjp as lv
from linalg_vjp.testing._exact import to_numpy
from linalg_vjp.testing.report import PAIR, REPORT

# From the oracle at 50 digits. [D] has a test below, because it depends on the signs of the singular vectors.
TRUTH = {
    "A": [
        [[1.0119288512538813, -1.2649110640673518], [-1.3914021704740869, -0.6324555320336759]],
        [[0.45242324267864803, -1.3949716649258315], [-1.5520630686336954, -0.23249527748763857]],
    ],
    "B": [
        [[0.2018384833669101, 0.19264606653235955], [0.19264606653235955, 0.22941573387056177]],
        [[0.15011110718519696, 0.14900003533322734], [0.14900003533322734, 0.158999682000954]],
    ],
    "C": [[[-1 / 3, 1.0], [11 / 9, 1 / 3]], [[-1.2, 1.0], [1.48, 0.6]]],
    "E": [[1.0, 0.0], [0.0, 1.0]],
    "F": [[[-0.0375, 0.0], [-0.05, -0.02]], [[-7 / 810, 0.0], [-1 / 90, -1 / 150]]],
    "G": [
        [[-16 / 361, -12 / 361], [-12 / 361, -9 / 361]],
        [[-81 / 7921, -72 / 7921], [-72 / 7921, -64 / 7921]],
    ],
    "H": [
        [
            [-16 / 361, -12 / 361, -2 / 57],
            [-12 / 361, -9 / 361, -1 / 38],
            [-2 / 57, -1 / 38, -1 / 36],
        ],
        [
            [-81 / 7921, -72 / 7921, -9 / 979],
            [-72 / 7921, -64 / 7921, -8 / 979],
            [-9 / 979, -8 / 979, -1 / 121],
        ],
    ],
    "I": [
        [
            [755.0, 60.0, -160.0, -380.0],
            [135.0, 470.0, -145.0, -285.0],
            [-10.0, -70.0, 345.0, -190.0],
            [-155.0, -135.0, -115.0, 380.0],
        ]
    ],
    "pinv": [[[-1 / 12, 0.0, 1 / 12], [0.0, 0.0, 0.0], [1 / 12, 0.0, -1 / 12]]] * 2,
    "norm": (np.arange(32.0) / np.repeat([1240**0.5, 9176**0.5], 16)).reshape(2, 4, 4),
}


@pytest.mark.parametrize("case", REPORT, ids=lambda case: case.label)
def test_case(case, target):
    """Compare with the oracle."""
    assert case.error(target.backend, target.device) < 20


@pytest.mark.parametrize("case", [c for c in REPORT if c.label != "D"], ids=lambda case: case.label)
def test_true_value(case, target):
    """Compare with the numbers above."""
    gradient, _ = case.gradient(target.backend, target.device)
    close = 450 * np.finfo(gradient.dtype).eps
    np.testing.assert_allclose(gradient, TRUTH[case.label], rtol=close, atol=close)


def test_true_value_of_the_svd(target):
    """[D] for singular vectors with a positive first row of U, for any signs that the library chooses."""
    (U, S, Vh), pullback = lv.vjp("svd", target.asarray(PAIR))
    signs = np.sign(to_numpy(U))[:, :1, :]
    (A_bar,) = pullback(
        target.asarray(np.broadcast_to(signs, U.shape)),
        target.asarray(np.ones(S.shape)),
        target.asarray(np.broadcast_to(signs.mT, Vh.shape)),
    )
    truth = [
        [[0.04343709621534818, 0.862335953396867], [1.1276835664105598, -0.1571575017926451]],
        [[0.8476933902390537, -0.43927215380721196], [0.30323430839080784, 1.0109388047387387]],
    ]
    np.testing.assert_allclose(to_numpy(A_bar), truth, rtol=1e-13, atol=1e-13)


def test_there_are_eleven_cases():
    assert [case.label for case in REPORT] == [*"ABCDEFGHI", "pinv", "norm"]
