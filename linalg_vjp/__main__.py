"""Run the command `linalg-vjp` as `python -m linalg_vjp`."""

from .cli import main

raise SystemExit(main())
