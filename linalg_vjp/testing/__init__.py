"""Tools that check a rule, this project's or your own, on any namespace. Wants mpmath and NumPy."""

from ._check import LIMIT, Report, check_loss, check_rule
from ._trial import CheckError
from .oracles import ORACLES, Oracle

__all__ = ["LIMIT", "ORACLES", "CheckError", "Oracle", "Report", "check_loss", "check_rule"]
