"""W41: every package is pinned by its hashes, and `make test` checks for known vulnerabilities."""

import re
import sys
from pathlib import Path

import pytest

from tests import audit, run_all

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def unpinned(text: str) -> list[str]:
    """The requirements of a file that are not an exact version with a hash."""
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    return [line for line in wanted if not (re.match(r"[\w.\[\]-]+==[\w.+!]+\s", line) and HASH.search(line))]


def test_every_requirement_is_an_exact_version_with_hashes():
    files = audit.requirement_files()
    assert {file.name for file in files} == {"requirements.txt", "requirements-node.txt", "uv.txt"}
    assert len(files) == 4
    for file in files:
        text = file.read_text()
        assert len(HASH.findall(text)) > 0, file
        assert unpinned(text) == [], file


def test_search_for_unpinned_requirements_finds_them():
    hashed = "--hash=sha256:" + "0" * 64
    lines = [
        f"django==5.2 {hashed}",
        "django==5.2",
        f"django>=5.2 {hashed}",
        f"django {hashed}",
        "-r other.txt",
    ]
    assert unpinned("\n".join(lines)) == lines[1:]


def service(folder: Path, code: str) -> str:
    """A stand-in for pip-audit."""
    program = folder / "pip-audit"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{code}\n")
    program.chmod(0o755)
    return str(program)


KNOWN = (
    '{"dependencies": [{"name": "one", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}]}'
)
FOUND = '{"dependencies": [{"name": "one", "version": "1", "vulns": []}]}'
SKIPPED = '{"dependencies": [{"name": "one", "skip_reason": "not found"}]}'


@pytest.mark.parametrize(
    ("code", "faults", "note"),
    [
        (f"print({FOUND!r})", [], ""),
        (f"print({KNOWN!r}); sys.exit(1)", ["one 1: CVE-1, fixed in 2"], ""),
        (f"print({SKIPPED!r})", [], "audit of 1 of 1 packages: the service does not know them"),
        ("sys.exit('no network')", [], "audit of packages: pip-audit said: no network"),
        ("time.sleep(600)", [], "audit of packages: its service did not answer within 1 s"),
    ],
)
def test_audit_says_what_it_found_or_in_one_line_that_it_did_not_run(
    monkeypatch, tmp_path, code, faults, note
):
    monkeypatch.setattr(audit, "MAX_SECONDS", 1 if "sleep" in code else 60)
    assert audit.audit(service(tmp_path, code)) == (faults, note)


def test_audit_without_its_program_says_so():
    assert audit.audit("/nowhere/pip-audit") == ([], "audit of packages: /nowhere/pip-audit is not installed")


def test_known_fault_fails_the_run_and_an_absent_service_does_not(monkeypatch, capsys):
    for name in ("install_debian", "install_axe"):
        monkeypatch.setattr(run_all, name, lambda *programs: "")
    monkeypatch.setattr(run_all, "steps", lambda tier: [])
    for answer, code, line in (
        ((["one 1: CVE-1"], ""), 1, "FAILED  Known vulnerability: one 1: CVE-1"),
        (([], "audit of packages: no network"), 0, "not run audit of packages: no network"),
    ):
        monkeypatch.setattr(run_all, "audit", lambda answer=answer: answer)
        assert run_all.main() == code
        assert line in capsys.readouterr().out
