"""Check that the installed git has the security fixes of July 2025 (CVE-2025-48384, -48385 and those before them)."""

import re
import shutil
import subprocess
from dataclasses import dataclass

# The first fixed release of each series, from the notes of Git 2.50.1; later series have the fixes from the start.
_MENDED = {(2, 43): 7, (2, 44): 4, (2, 45): 4, (2, 46): 4, (2, 47): 3, (2, 48): 2, (2, 49): 1, (2, 50): 1}
# Debian 12 keeps the upstream version and numbers its own fixes: 1:2.39.5-0+deb12u3
_DEBIAN = re.compile(r"1:2\.39\.5-0\+deb12u(\d+)")
_DEBIAN_MENDED = 3


@dataclass(frozen=True)
class GitVersion:
    """`upstream` as in `git --version`, `package` as dpkg reports it, None if git does not come from Debian."""

    upstream: str
    package: str | None = None


def installed_git() -> GitVersion:
    # raises OSError if git is missing
    git = shutil.which("git") or "git"
    upstream = _output(git, "--version")
    is_packaged = git == "/usr/bin/git" and shutil.which("dpkg-query")
    package = _output("dpkg-query", "--show", "--showformat=${Version}", "git") if is_packaged else ""
    return GitVersion(upstream.removeprefix("git version ").strip(), package or None)


def git_version_is_safe(version: GitVersion | None = None) -> bool:
    """True if a version (default: the installed one) is known to be fixed; an unknown one is not."""
    version = version or installed_git()
    if version.package and (found := _DEBIAN.match(version.package)):
        return int(found[1]) >= _DEBIAN_MENDED
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version.upstream)
    if not found:
        return False
    major, minor, patch = map(int, found.groups())
    if (major, minor) in _MENDED:
        return patch >= _MENDED[major, minor]
    return (major, minor) > max(_MENDED)


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10).stdout
