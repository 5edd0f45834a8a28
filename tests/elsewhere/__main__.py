"""Write docs/elsewhere.md: `python -m tests.elsewhere`."""

from .page import LIBRARIES, PAGE, written

PAGE.write_text(written(), encoding="utf-8")
print(f"{sum(len(library.findings) for library in LIBRARIES)} findings")
