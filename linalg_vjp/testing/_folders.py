"""The folders of data files. A wheel has them inside the package, a checkout next to it."""

from pathlib import Path

__all__ = ["folder"]


def folder(name: str) -> Path:
    """The path of the folder `backends` or `rules`."""
    package = Path(__file__).parents[1]
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
