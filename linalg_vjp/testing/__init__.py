"""Tools that check a rule, built-in or your own, on any namespace. They need mpmath and NumPy."""

from ._check import LIMIT, Report, check_loss, check_rule
from ._trial import CheckError
from .oracles import ORACLES, Oracle

__all__ = ["LIMIT", "ORACLES", "CheckError", "Oracle", "Report", "check_loss", "check_rule"]
