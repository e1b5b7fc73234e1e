"""Repositories that Git itself refuses, written directly on a server, because no push could create them.

Each function shapes one from a bare repository with two commits on main. `NOT_SERVED` are those that no server
serves, and `GRADED` are odd, but Git accepts them.
"""

from tests.grader.odd import write_loose

WHO = b"Learner <learner@example.org> 1764430200 +0530"
NOTHING = "1" * 40


class Bare:
    """A bare repository on a server: objects and refs are written as files, without Git's checks."""

    def __init__(self, learner, *, is_there: bool = False) -> None:
        self.learner, self.path = learner, learner.bare
        if not is_there:
            learner.commit("First", a="a\n")
            learner.commit("Second", docs__b="b\n")
            learner.push()
        self.main, self.first = learner.git("rev-parse", "main", "main~1").split()
        self.tree = learner.git("rev-parse", "main^{tree}")
        self.blob = learner.git("rev-parse", "main:a.txt")

    def object(self, kind: str, raw: bytes) -> str:
        return write_loose(self.path / "objects", kind.encode(), raw)

    def ref(self, name: str, content: str) -> None:
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{content}\n")

    def commit(self, tree: str, *parents: str, more: bytes = b"", who: bytes = WHO) -> str:
        above = b"".join(b"parent %b\n" % parent.encode() for parent in parents or [self.main])
        people = b"author %b\ncommitter %b\n" % (who, who) if who else b""
        commit = self.object("commit", b"tree %b\n%b%b%b\nOdd\n" % (tree.encode(), above, people, more))
        self.ref("refs/heads/main", commit)
        return commit

    def entries(self, *rows: tuple[bytes, bytes, str]) -> str:
        """A tree of modes, names and ids, on main."""
        raw = b"".join(
            b"%b %b\0%b" % (mode, name, bytes.fromhex(object_id)) for mode, name, object_id in rows
        )
        tree = self.object("tree", raw)
        self.commit(tree)
        return tree

    def lose(self, object_id: str) -> None:
        (self.path / "objects" / object_id[:2] / object_id[2:]).unlink()


def modules(content: bytes):
    def shape(bare: Bare) -> None:
        blob = bare.object("blob", content)
        bare.entries((b"100644", b".gitmodules", blob), (b"100644", b"a.txt", bare.blob))

    return shape


def linked(name: bytes):
    def shape(bare: Bare) -> None:
        bare.entries((b"120000", name, bare.object("blob", b"a.txt")))

    return shape


def tree_of(*rows: tuple[bytes, bytes]):
    def shape(bare: Bare) -> None:
        bare.entries(
            *((mode, name, bare.tree if mode.endswith(b"40000") else bare.blob) for mode, name in rows)
        )

    return shape


def raw_tree(raw: bytes):
    def shape(bare: Bare) -> None:
        bare.commit(bare.object("tree", raw))

    return shape


def raw_commit(raw: bytes):
    """`{tree}`, `{main}` and `{blob}` stand for ids, `{who}` for a person."""

    def shape(bare: Bare) -> None:
        filled = raw.replace(b"{who}", WHO)
        for name in ("tree", "main", "blob"):
            filled = filled.replace(b"{%b}" % name.encode(), getattr(bare, name).encode())
        bare.ref("refs/heads/main", bare.object("commit", filled))

    return shape


def raw_tag(raw: bytes):
    def shape(bare: Bare) -> None:
        bare.ref("refs/tags/v1", bare.object("tag", raw.replace(b"{main}", bare.main.encode())))

    return shape


def missing(what: str):
    return lambda bare: bare.lose(getattr(bare, what))


def spoiled(what: str, content: bytes):
    def shape(bare: Bare) -> None:
        object_id = getattr(bare, what)
        place = bare.path / "objects" / object_id[:2] / object_id[2:]
        place.chmod(0o644)
        place.write_bytes(content)

    return shape


def pack_spoiled(ending: str, keep: float):
    def shape(bare: Bare) -> None:
        bare.learner.git(f"--git-dir={bare.path}", "repack", "-a", "-d", "-q")
        (place,) = (bare.path / "objects/pack").glob(f"*.{ending}")
        content = place.read_bytes()
        place.chmod(0o644)
        place.write_bytes(content[: int(len(content) * keep)])

    return shape


def ref_to(name: str, content: str):
    return lambda bare: bare.ref(name, content.format(main=bare.main, tree=bare.tree, blob=bare.blob))


def packed_ref_to_nothing(bare: Bare) -> None:
    (bare.path / "packed-refs").write_text(
        f"# pack-refs with: peeled fully-peeled sorted \n{NOTHING} refs/heads/z\n"
    )


def head_is(content: str):
    return lambda bare: (bare.path / "HEAD").write_text(content)


def head_is_a_link(bare: Bare) -> None:
    (bare.path / "HEAD").unlink()
    (bare.path / "HEAD").symlink_to("refs/heads/main")


def written(name: str, content: str):
    def shape(bare: Bare) -> None:
        place = bare.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content.format(main=bare.main, first=bare.first, blob=bare.blob))

    return shape


def objects_elsewhere(bare: Bare) -> None:
    written("objects/info/alternates", "/nonexistent/objects\n../../../../etc\n")(bare)
    bare.lose(bare.blob)


def of_two(first, second):
    """A commit of each, one on top of the other."""

    def shape(bare: Bare) -> None:
        first(bare)
        bare.main = (bare.path / "refs/heads/main").read_text().strip()
        second(bare)

    return shape


REFUSED = {
    "gitmodules-is-a-link": linked(b".gitmodules"),
    "submodule-named-above": modules(b'[submodule "../x"]\n\tpath = m\n\turl = https://example.org/x.git\n'),
    "submodule-path-is-an-option": modules(
        b'[submodule "a"]\n\tpath = -u\n\turl = https://example.org/x.git\n'
    ),
    "submodule-url-is-an-option": modules(b'[submodule "a"]\n\tpath = a\n\turl = --upload-pack=x\n'),
    "submodule-url-is-a-command": modules(
        b'[submodule "a"]\n\tpath = a\n\turl = https://e.org/\n\tupdate = !x\n'
    ),
    "gitmodules-is-a-folder": tree_of((b"40000", b".gitmodules")),
    "cut-off-tree": raw_tree(b"100644 a.txt\0short"),
    "tree-of-garbage": raw_tree(b"garbage"),
    "tree-without-a-name": tree_of((b"100644", b"")),
    "same-name-twice": tree_of((b"100644", b"a"), (b"100644", b"a")),
    "file-and-folder-of-a-name": tree_of((b"100644", b"a"), (b"40000", b"a")),
    "names-out-of-order": tree_of((b"100644", b"b"), (b"100644", b"a")),
    "name-with-a-slash": tree_of((b"100644", b"a/b")),
    "dot": tree_of((b"100644", b".")),
    "dot-dot": tree_of((b"40000", b"..")),
    "dot-git": tree_of((b"40000", b".git")),
    "null-id": lambda bare: bare.entries((b"100644", b"a", "0" * 40)),
    "no-author": raw_commit(b"tree {tree}\ncommitter {who}\n\nA\n"),
    "no-people": raw_commit(b"tree {tree}\n\nA\n"),
    "no-tree": raw_commit(b"author {who}\ncommitter {who}\n\nA\n"),
    "tree-is-no-id": raw_commit(b"tree main\nauthor {who}\ncommitter {who}\n\nA\n"),
    "tree-is-a-blob": raw_commit(b"tree {blob}\nauthor {who}\ncommitter {who}\n\nA\n"),
    "tree-is-missing": raw_commit(b"tree %b\nauthor {who}\ncommitter {who}\n\nA\n" % NOTHING.encode()),
    "parent-is-missing": raw_commit(
        b"tree {tree}\nparent %b\nauthor {who}\ncommitter {who}\n\nA\n" % NOTHING.encode()
    ),
    "parent-is-a-blob": raw_commit(b"tree {tree}\nparent {blob}\nauthor {who}\ncommitter {who}\n\nA\n"),
    "nul-in-a-header": raw_commit(b"tree {tree}\nauthor a\0 <b> 1 +0000\ncommitter {who}\n\nA\n"),
    "empty-commit-object": raw_commit(b""),
    "tag-of-nothing": raw_tag(b"object %b\ntype commit\ntag v1\ntagger %b\n\nA\n" % (NOTHING.encode(), WHO)),
    "tag-of-garbage": raw_tag(b"\xff\xfe no tag"),
    "tag-of-another-kind": raw_tag(b"object {main}\ntype blob\ntag v1\ntagger %b\n\nA\n" % WHO),
    "missing-commit": missing("first"),
    "missing-tree": missing("tree"),
    "missing-blob": missing("blob"),
    "missing-tip": missing("main"),
    "garbled-commit": spoiled("first", b"not zlib"),
    "empty-tree-object": spoiled("tree", b""),
    "garbled-blob": spoiled("blob", b"\0" * 40),
    "half-a-pack": pack_spoiled("pack", 0.5),
    "half-an-index": pack_spoiled("idx", 0.5),
    "empty-pack": pack_spoiled("pack", 0),
    "branch-of-nothing": ref_to("refs/heads/main", NOTHING),
    "other-branch-of-nothing": ref_to("refs/heads/z", NOTHING),
    "tag-ref-of-nothing": ref_to("refs/tags/z", NOTHING),
    "branch-of-a-blob": ref_to("refs/heads/main", "{blob}"),
    "branch-of-garbage": ref_to("refs/heads/z", "garbage"),
    "branch-of-a-tree": ref_to("refs/heads/main", "{tree}"),
    "packed-branch-of-nothing": packed_ref_to_nothing,
    "odd-date-and-no-author": of_two(
        lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 1 UTC"),
        lambda bare: bare.commit(bare.tree, who=b""),
    ),
    "odd-date-and-a-link": of_two(
        lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 1 UTC"), linked(b".gitmodules")
    ),
    "odd-date-and-dot-git": of_two(
        lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> -1 +0000"), tree_of((b"40000", b".git"))
    ),
    "objects-elsewhere": objects_elsewhere,
}
NOT_SERVED = {
    "settings-of-garbage": written("config", "[broken"),
    "newer-format": written("config", "[core]\nrepositoryformatversion = 9\nbare = true\n"),
    "head-of-garbage": head_is("garbage\n"),
}
GRADED = {
    "name-that-git-refuses": ref_to("refs/heads/a..b", "{main}"),
    "name-of-a-lock": ref_to("refs/heads/x.lock", "{main}"),
    "name-with-blanks": ref_to("refs/heads/a b", "{main}"),
    "head-of-nothing": head_is("ref: refs/heads/gone\n"),
    "head-is-a-link": head_is_a_link,
    "grafts": written("info/grafts", "{main}\n"),
    "replacement": written("refs/replace/{main}", "{first}"),
    "alternates": written("objects/info/alternates", "/nonexistent/objects\n"),
    "a-shallow-file": written("shallow", "{main}\n"),
    "year-0": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 0 -0800"),
    "far-year": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 99999999999999 +0000"),
    "2-to-63": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 9223372036854775808 +0000"),
    "2-to-70": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 1180591620717411303424 +0000"),
    "negative": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> -1 +0000"),
    "year-minus-9999": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> -377705116800 +0000"),
    "zone-of-nonsense": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 1 +9999"),
    "long-zone": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 1 +051800"),
    "zone-of-letters": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 1 UTC"),
    "padded-date": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org> 0001 +0000"),
    "no-date": lambda bare: bare.commit(bare.tree, who=b"L <l@e.org>"),
    "padded-mode": tree_of((b"0100644", b"a"), (b"040000", b"b")),
    "group-may-write": tree_of((b"100664", b"a")),
    "odd-mode": tree_of((b"100666", b"a")),
    "unknown-encoding": lambda bare: bare.commit(bare.tree, more=b"encoding klingon\n"),
}
