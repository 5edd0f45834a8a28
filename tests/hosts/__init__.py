"""Tests of autodiff frameworks with their own linear algebra, and with that of linalg_vjp.adapters."""
