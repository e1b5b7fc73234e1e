"""Repositories whose storage is broken, each a function that breaks the stock one."""

from pathlib import Path

from tests.grader.conftest import Repo
from tests.grader.odd import literal, loose, point_at_tree, remove
from tests.grader.stock import WHO, Stock


def missing(name: str):
    def build(repo: Repo) -> None:
        remove(Stock().build(repo), name)

    return build


def overwritten(name: str, content: bytes):
    def build(repo: Repo) -> None:
        place = loose(Stock().build(repo), name)
        place.chmod(0o644)
        place.write_bytes(content)

    return build


def cut_short(name: str):
    def build(repo: Repo) -> None:
        place = loose(Stock().build(repo), name)
        place.chmod(0o644)
        place.write_bytes(place.read_bytes()[:-6])

    return build


def a_folder(name: str):
    """As unreadable as a file without permissions, also for root."""

    def build(repo: Repo) -> None:
        place = loose(Stock().build(repo), name)
        place.unlink()
        place.mkdir()

    return build


def in_pack(ending: str, damage):
    def build(repo: Repo) -> None:
        Stock().build(repo)
        repo.git("repack", "-a", "-d", "-q")
        (place,) = (repo.path / ".git/objects/pack").glob(f"*.{ending}")
        place.chmod(0o644)
        damage(place)

    return build


def zeros(place: Path) -> None:
    content = place.read_bytes()
    middle = len(content) // 2
    place.write_bytes(content[: middle - 300] + b"\0" * 600 + content[middle + 300 :])


def half(place: Path) -> None:
    place.write_bytes(place.read_bytes()[: place.stat().st_size // 2])


def ref_to(content: str):
    """Return a shape whose file of the branch main has this content, with `{name}` for an object's id."""

    def build(repo: Repo) -> None:
        Stock().build(repo)
        ids = {sort: repo.git("rev-parse", name) for sort, name in _OBJECTS.items()}
        (repo.path / ".git/refs/heads/main").write_text(content.format(**ids))

    return build


_OBJECTS = {"blob": "main:a.txt", "tree": "main^{tree}", "tag": "v1"}


def wrong_kinds(repo: Repo) -> None:
    """A tree in which a file is stored as a folder and a folder as a file."""
    Stock().build(repo)
    blob, tree = (bytes.fromhex(repo.git("rev-parse", f"main:{name}")) for name in ("a.txt", "docs"))
    raw = b"100644 a.txt\0%b40000 docs\0%b" % (tree, blob)
    point_at_tree(repo, literal(repo, "tree", raw))


def commit_of_a_blob(repo: Repo) -> None:
    Stock().build(repo)
    raw = b"tree %b\nauthor %b\ncommitter %b\n\nA\n" % (
        repo.git("rev-parse", "main:a.txt").encode(),
        WHO,
        WHO,
    )
    repo.git("update-ref", "refs/heads/main", literal(repo, "commit", raw))


def parent_is_a_blob(repo: Repo) -> None:
    Stock().build(repo)
    tree, blob = (repo.git("rev-parse", name).encode() for name in ("main^{tree}", "main:a.txt"))
    raw = b"tree %b\nparent %b\nauthor %b\ncommitter %b\n\nA\n" % (tree, blob, WHO, WHO)
    repo.git("update-ref", "refs/heads/main", literal(repo, "commit", raw))


def tagged(repo: Repo, object_id: str) -> None:
    (repo.path / ".git/refs/tags/v1").write_text(f"{object_id}\n")


def tag_of_nothing(repo: Repo) -> None:
    Stock().build(repo)
    tagged(repo, literal(repo, "tag", b"object %b\ntype commit\n\n" % (b"1" * 40)))


def tag_without_a_word(repo: Repo) -> None:
    Stock().build(repo)
    tagged(repo, literal(repo, "tag", b"\xff\xfe no tag"))


TIPS = ("commits", "history", "file", "branch", "merged")
HISTORY = ("commits", "each_commit", "history", "merged", "file", "object", "no_secrets", "branch")
WALK = tuple(kind for kind in HISTORY if kind not in ("file", "branch"))
TAGS = (*WALK, "file")
FILES = ("file", "answer", "no_conflict_markers", "ignored", "data")
TREES = ("file", "line_endings", "attributes", "dockerfile", "workflow", "python_package")
DAMAGED = {
    "missing-blob": (missing("main:a.txt"), ("file", "answer", "no_conflict_markers", "no_secrets")),
    "missing-ignore-file": (missing("main:.gitignore"), ("ignored", "no_secrets")),
    "missing-pointer": (missing("main:model.bin"), ("lfs",)),
    "missing-data": (missing("main:data.yaml"), ("data",)),
    "missing-tree": (missing("main^{tree}"), TREES),
    "missing-folder": (missing("main:docs"), TREES),
    "missing-commit": (missing("main"), HISTORY),
    "missing-parent": (missing("main~3"), WALK),
    "missing-tag": (missing("v1"), ("tag", *TAGS)),
    "empty-commit": (overwritten("main~3", b""), WALK),
    "garbled-tree": (overwritten("main^{tree}", b"not zlib"), TREES),
    "empty-blob": (overwritten("main:a.txt", b""), FILES[:3]),
    "cut-blob": (cut_short("main:a.txt"), FILES[:3]),
    "unreadable-blob": (a_folder("main:a.txt"), FILES[:3]),
    "unreadable-commit": (a_folder("main"), HISTORY),
    "zeros-in-pack": (in_pack("pack", zeros), ()),
    "half-a-pack": (in_pack("pack", half), HISTORY),
    "half-an-index": (in_pack("idx", half), HISTORY),
    "no-index": (in_pack("idx", Path.unlink), HISTORY),
    "branch-of-nothing": (ref_to("1" * 40 + "\n"), HISTORY),
    "branch-of-a-blob": (ref_to("{blob}\n"), TIPS),
    "branch-of-a-tree": (ref_to("{tree}\n"), TIPS),
    "branch-of-a-tag": (ref_to("{tag}\n"), TIPS),
    "branch-of-garbage": (ref_to("garbage\n"), HISTORY),
    "empty-branch": (ref_to(""), HISTORY),
}
MALFORMED = {
    "wrong-kinds": (wrong_kinds, ("file", "line_endings", "renamed")),
    "commit-of-a-blob": (commit_of_a_blob, TREES),
    "parent-is-a-blob": (parent_is_a_blob, WALK),
    "tag-of-nothing": (tag_of_nothing, ("tag", *TAGS)),
    "tag-without-a-word": (tag_without_a_word, ("tag", *TAGS)),
}
