"""`python portal/runner_seccomp.py DEFAULT.json > runner-seccomp.json`: the system calls of the runner's container.

Docker's own default profile, and what bubblewrap needs besides to make its namespaces without privileges: tried one
by one, none can be left out. The profile is made from the one of the Docker that is installed, and never committed.
"""

import json
import sys
from pathlib import Path
from typing import Any

NEEDED = ["clone", "unshare", "mount", "umount2", "pivot_root", "sethostname"]


def widened(profile: dict[str, Any]) -> dict[str, Any]:
    rule = {"names": NEEDED, "action": "SCMP_ACT_ALLOW", "comment": "bubblewrap without privileges"}
    return {**profile, "syscalls": [*profile["syscalls"], rule]}


if __name__ == "__main__":
    json.dump(widened(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sys.stdout, indent=1)
