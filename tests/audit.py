"""W41: known vulnerabilities in the pinned packages, by pip-audit, if its service answers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PIP_AUDIT = str(Path(sys.executable).parent / "pip-audit")
MAX_SECONDS = 60
MAX_SECONDS_OF_ONE_ANSWER = 3


def requirement_files() -> list[Path]:
    """Every file of the project that pins packages."""
    files = [*ROOT.glob("*requirements*.txt"), *ROOT.glob("tests/requirements*.txt"), ROOT / "portal/uv.txt"]
    return sorted(files)


def audit(program: str = PIP_AUDIT) -> tuple[list[str], str]:
    """Return one line for each known vulnerability, and one that says why nothing, or not all, was audited."""
    files = [part for file in requirement_files() for part in ("--requirement", str(file))]
    options = ["--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off"]
    argv = [program, *options, f"--timeout={MAX_SECONDS_OF_ONE_ANSWER}", *files]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=MAX_SECONDS)
        found = json.loads(done.stdout)["dependencies"]
    except FileNotFoundError:
        return [], f"audit of packages: {program} is not installed"
    except subprocess.TimeoutExpired:
        return [], f"audit of packages: its service did not answer within {MAX_SECONDS} s"
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip() or "no answer").splitlines()[-1]
        return [], f"audit of packages: pip-audit said: {reason[:200]}"
    faults = [fault_line(package, fault) for package in found for fault in package.get("vulns", ())]
    skipped = sum("skip_reason" in package for package in found)
    if found and not skipped:
        return faults, ""
    return faults, f"audit of {skipped} of {len(found)} packages: the service does not know them"


def fault_line(package: dict[str, Any], fault: dict[str, Any]) -> str:
    fixed = ", ".join(fault["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {fault['id']}, fixed in {fixed}"
