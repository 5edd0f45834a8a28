"""Write the tables of docs/hosts.md: `python -m tests.hosts [HOST ...]`."""

import sys

from .hosts import HOSTS
from .table import PAGE, table, written

for name in sys.argv[1:] or HOSTS:
    rows = table(HOSTS[name]())
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), name, rows), encoding="utf-8")
    print(f"{name}: {len(rows)} rows")
