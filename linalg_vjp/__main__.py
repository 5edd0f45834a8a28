"""`python -m linalg_vjp` is the command `linalg-vjp`."""

from .cli import main

raise SystemExit(main())
