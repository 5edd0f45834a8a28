"""Where other libraries give wrong or non-finite answers without an error: docs/elsewhere.md."""
