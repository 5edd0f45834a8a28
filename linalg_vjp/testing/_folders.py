"""Where the data lies that is not Python: a wheel carries it inside the package, a checkout beside it."""

from pathlib import Path

__all__ = ["folder"]


def folder(name: str) -> Path:
    """`backends` or `rules`."""
    package = Path(__file__).parents[1]
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
