"""Write docs/coverage.md: `python -m tests.coverage`. With names of hosts, run these first.

`--missing` keeps what was found of the same version, and runs the rules that are not there. A host needs that
framework beside `linalg_vjp[check]`; TensorFlow and PyTensor may have an environment of their own.
"""

import argparse
import datetime
import json
import os

from linalg_vjp import RULES

from .hosts import HOSTS, RESULTS, load_results, version_of
from .judge import judged
from .page import PAGE, page
from .points import points

parser = argparse.ArgumentParser(prog="python -m tests.coverage", description=__doc__)
parser.add_argument("hosts", nargs="*", choices=[[], *HOSTS], metavar="HOST", help=", ".join(HOSTS))
parser.add_argument("--missing", action="store_true")
given = parser.parse_args()

# Nearly all the time of JAX is XLA's, which compiles each operation for each shape.
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")
for name in given.hosts:
    host, known = HOSTS[name](), load_results(name)
    version = version_of(host)
    kept = known["rules"] if given.missing and known["version"] == version else {}
    found = {"version": version, "date": str(datetime.date.today()), "rules": {}}
    for rule in filter(points, RULES):
        found["rules"][rule] = kept[rule] if rule in kept else judged(host, rule)
        if found["rules"][rule] is None:
            print(f"{host.label} has no {rule}")
        RESULTS.mkdir(exist_ok=True)  # and what was found so far, where a run is cut short
        (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
PAGE.write_text(page(), encoding="utf-8")
