"""Draw docs/ising.svg from the code of docs/ising.md: `python -m tests.hosts.ising`."""

import math
import re
from pathlib import Path

import numpy as np
from scipy.special import ellipk

DOCS = Path(__file__).parents[2] / "docs"


def onsager(beta):
    """The exact energy per spin."""
    k = 2 * np.sinh(2 * beta) / np.cosh(2 * beta) ** 2
    rest = 2 * np.tanh(2 * beta) ** 2 - 1
    return -(1 + 2 / math.pi * rest * ellipk(k * k)) / np.tanh(2 * beta)


def main():
    import matplotlib

    code = re.search(r"^```python\n(.*?)^```$", (DOCS / "ising.md").read_text(encoding="utf-8"), re.M | re.S)
    page = {}
    exec(code[1], page)
    betas = np.linspace(0.2, 0.7, 26)
    theirs = [page["energy"](beta, page["torchs_own"]) for beta in betas]
    ours = [page["energy"](beta, page["ours"]) for beta in betas]
    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "ising", "svg.fonttype": "none"}
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3), layout="constrained")
    fine = np.linspace(0.2, 0.7, 400)
    axes.plot(fine, onsager(fine), color="gray", linewidth=1, label="Onsager's exact energy")
    axes.plot(betas, ours, "o", markersize=4, label="the gradient with linalg_vjp")
    axes.plot(
        betas, theirs, "x", label=f"with torch.linalg: NaN at {np.sum(np.isnan(theirs))} of {len(betas)}"
    )
    axes.set(xlabel="inverse temperature", ylabel="energy of a spin")
    axes.legend()
    figure.savefig(DOCS / "ising.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
