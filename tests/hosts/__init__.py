"""What autodiff frameworks do with their own linear algebra, and with that of linalg_vjp.adapters."""
