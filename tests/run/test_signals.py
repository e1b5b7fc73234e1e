"""Django's signals are used only by the modules that docs/architecture.md names, with the reason."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("lessons", "labs", "portal")
ALLOWED = {
    "labs/grading/tallies.py",
    "lessons/receivers.py",
    "lessons/search/kinds.py",
    "portal/accounts/receivers.py",
    "portal/outages.py",
}


def uses_signals(path: Path) -> bool:
    imported = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    modules = {node.module or "" for node in imported}
    return any(module.startswith("django") and module.endswith(("signals", "dispatch")) for module in modules)


def test_signals_are_used_only_where_no_function_of_ours_writes():
    files = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    found = {str(path.relative_to(ROOT)) for path in files if uses_signals(path)}
    assert found == ALLOWED
    assert all(name in (ROOT / "docs/architecture.md").read_text() for name in found)
