"""Autodiff frameworks on these rules: one module per framework, which is imported with it and by no other."""
