"""The bare repositories of the stand-in: Git's own smart HTTP, and commits made on the server."""

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NONE = "0" * 40
SETTINGS = {
    "safe.directory": "*",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "http.receivepack": "true",
    "receive.autogc": "false",
    "maintenance.auto": "false",
    "core.fsync": "none",
    "init.defaultBranch": "main",
}


def environment(**more: str) -> dict[str, str]:
    counted = {
        "GIT_CONFIG_COUNT": str(len(SETTINGS)),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    for number, (name, value) in enumerate(SETTINGS.items()):
        counted |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **counted, **more}


def author(login: str, email: str) -> dict[str, str]:
    return {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", login), ("EMAIL", email))
    }


def git(folder: Path, *arguments: str, stdin: bytes = b"", **env: str) -> str:
    """Return what git prints. Raises CalledProcessError."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(**env), input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8", "replace").strip(
        " \n"
    )  # not \x1e, which separates the entries of a log


def read_blob(folder: Path, sha: str) -> bytes:
    return subprocess.run(
        ["git", "cat-file", "blob", sha], cwd=folder, env=environment(), capture_output=True, check=True
    ).stdout


def create(folder: Path) -> None:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", "-b", "main", ".")


def refs_of(folder: Path) -> dict[str, str]:
    lines = git(folder, "for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    return {name: sha for sha, name in (line.split(" ", 1) for line in lines)}


def commit_of(folder: Path, name: str) -> str | None:
    """Return the ID of the commit that a branch, tag or commit ID names, None if there is none."""
    try:
        return git(folder, "rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}")
    except subprocess.CalledProcessError:
        return None


def commit_files(
    folder: Path, branch: str, files: Mapping[str, str | bytes | None], message: str, by: dict[str, str]
) -> str:
    """Commit on a branch without a work tree. A file with the content None is deleted."""
    parent = commit_of(folder, f"refs/heads/{branch}")
    with tempfile.TemporaryDirectory(prefix="stand-in-") as name:
        index = {"GIT_INDEX_FILE": f"{name}/index"}
        if parent:
            git(folder, "read-tree", parent, **index)
        for path, content in files.items():
            if content is None:
                remove_from_index(folder, path, index)
                continue
            data = content.encode() if isinstance(content, str) else content
            blob = git(folder, "hash-object", "-w", "--stdin", stdin=data)
            git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
        tree = git(folder, "write-tree", **index)
    parents = ("-p", parent) if parent else ()
    sha = git(folder, "commit-tree", tree, *parents, "-m", message, **by)
    git(folder, "update-ref", f"refs/heads/{branch}", sha)
    return sha


def remove_from_index(folder: Path, path: str, index: dict[str, str]) -> None:
    # unlike `--force-remove`, it needs no work tree
    git(folder, "update-index", "--index-info", stdin=f"0 {NONE}\t{path}\n".encode(), **index)


def merge(
    folder: Path, base: str, head_folder: Path, head: str, method: str, message: str, by: dict[str, str]
) -> str:
    """Merge as GitHub's three buttons do; the ID of the new commit of `base`.

    Raises CalledProcessError on a conflict.
    """
    with tempfile.TemporaryDirectory(prefix="stand-in-") as name:
        work = Path(name)
        git(work, "clone", "-q", "--branch", base, str(folder), ".")
        git(work, "fetch", "-q", str(head_folder), f"refs/heads/{head}")
        theirs = git(work, "rev-parse", "FETCH_HEAD")
        if method == "merge":
            git(work, "merge", "-q", "--no-ff", "-m", message, theirs, **by)
        elif method == "squash":
            git(work, "merge", "-q", "--squash", theirs, **by)
            git(work, "commit", "-q", "-m", message, **by)
        else:
            git(work, "cherry-pick", f"{base}..{theirs}", **by)
        git(work, "push", "-q", "origin", f"HEAD:refs/heads/{base}")
        return git(work, "rev-parse", "HEAD")


def is_ancestor(folder: Path, old: str, new: str) -> bool:
    done = subprocess.run(
        ["git", "merge-base", "--is-ancestor", old, new],
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def log(folder: Path, *range_: str, limit: int = 2048) -> list[dict[str, Any]]:
    """Return commits, oldest first, with the fields that GitHub gives them."""
    layout = "%x1e%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B%x1f"
    text = git(
        folder,
        "log",
        "--reverse",
        f"--max-count={limit}",
        "--name-status",
        f"--format={layout}",
        *range_,
        "--",
    )
    return [_commit(entry.split("\x1f")) for entry in text.split("\x1e")[1:]]


def _commit(fields: list[str]) -> dict[str, Any]:
    sha, tree, parents, *people, message, changes = fields
    lines = [line.split("\t") for line in changes.strip().splitlines()]
    return {
        "id": sha,
        "tree": tree,
        "parents": parents.split(),
        "author": dict(zip(("name", "email", "date"), people[:3], strict=True)),
        "committer": dict(zip(("name", "email", "date"), people[3:], strict=True)),
        "message": message.strip(),
        "added": [line[-1] for line in lines if line[0] == "A"],
        "removed": [line[-1] for line in lines if line[0] == "D"],
        "modified": [line[-1] for line in lines if line[0] not in "AD"],
    }


@dataclass
class Served:
    status: int
    headers: dict[str, str]
    body: bytes


def serve(
    folder: Path,
    method: str,
    service_path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    user: str,
) -> Served:
    """Let Git's own CGI answer a request for a repository."""
    cgi = environment(
        GIT_PROJECT_ROOT=str(folder),
        GIT_HTTP_EXPORT_ALL="1",
        GIT_PROTOCOL=headers.get("Git-Protocol") or "",
        PATH_INFO=service_path,
        QUERY_STRING=query,
        REQUEST_METHOD=method,
        CONTENT_TYPE=headers.get("Content-Type") or "",
        CONTENT_LENGTH=str(len(body)),
        REMOTE_ADDR="127.0.0.1",
        **({"REMOTE_USER": user} if user else {}),
    )
    done = subprocess.run(["git", "http-backend"], input=body, env=cgi, capture_output=True, check=False)
    lines, _, content = done.stdout.partition(b"\r\n\r\n")
    own = dict(line.split(": ", 1) for line in lines.decode().splitlines() if ": " in line)
    return Served(int(own.pop("Status", "200").split()[0]), own, content)
