"""Each cell of the tables in docs/hosts.md agrees with a run."""

import pytest

from .cases import load
from .hosts import HOSTS
from .table import NONE, PAGE, WAYS, shown, table, titles

# JAX compiles each operation for each shape. By day only the rows on the page run, at night all cases.
ALL = [pytest.param(name, marks=[pytest.mark.nightly] if name == "jax" else []) for name in HOSTS]


@pytest.fixture
def host(name):
    pytest.importorskip(HOSTS[name].module, reason=f"not run: {name} is not installed")
    yield (found := HOSTS[name]())
    found.close()


@pytest.mark.parametrize("name", ALL)
def test_every_cell(name, host):
    assert table(host) == shown(PAGE.read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("name", ["jax"])
def test_the_rows_that_are_shown(name, host):
    rows = shown(PAGE.read_text(encoding="utf-8"), name)
    assert rows
    assert table(host, [case for case in load() if case.title in titles(rows)]) == rows


@pytest.mark.parametrize("name", HOSTS)
def test_what_is_ours_is_right(name):
    """Except for the cases that the page explains."""
    for row in shown(PAGE.read_text(encoding="utf-8"), name):
        _, title, numbers, *cells, _ = (part.strip() for part in row.split("|"))
        for way, cell in zip(WAYS, cells, strict=True):
            after = cell.rpartition(" ")[2].strip("*")
            if after in ("NaN", "wrong"):
                assert way == "twice"
                assert "tie" in title or title.startswith("`det, rank")
            elif cell == "raises":
                assert (name, numbers) == ("mlx", "complex")
            else:
                assert after in ("right", NONE)
