"""Write the seccomp profile of the runner's container: `portal/runner_seccomp.py DEFAULT.json > runner-seccomp.json`.

It is Docker's default profile plus the system calls that bubblewrap needs to create its namespaces without
privileges; each was tested and found necessary. It is derived from the installed Docker's profile and never
committed.
"""

import json
import sys
from pathlib import Path
from typing import Any

NEEDED = ["clone", "unshare", "mount", "umount2", "pivot_root", "sethostname"]


# Any: a profile is JSON
def widen(profile: dict[str, Any]) -> dict[str, Any]:
    rule = {"names": NEEDED, "action": "SCMP_ACT_ALLOW", "comment": "bubblewrap without privileges"}
    return {**profile, "syscalls": [*profile["syscalls"], rule]}


if __name__ == "__main__":
    json.dump(widen(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sys.stdout, indent=1)
