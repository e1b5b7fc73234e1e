"""Odd and hostile repositories, each shaped by a function, and graded by every kind of check."""

import os
import zlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

from tests.grader.conftest import Repo
from tests.grader.stock import FILES, MESSAGES, REFS, WHO, Stock

MARKS = (
    b"--upload-pack=x",
    b"-rf",
    b"$(touch${IFS}ran)",
    b"`touch ran`",
    b"a;touch ran",
    b"a'b\"c",
    "right\u202eleft\u2066".encode(),
    b"bytes\xff\xfe",
    "line\u2028separator\u0085".encode(),
    "\U000e0041\ufeff\u200b".encode(),
    b"<script>alert(1)</script>",
    b"%0A::error::x",
    b"]]>&amp;<![CDATA[",
    b"x" * 240,
)
CONTROLS = (
    b"new\nline",
    b"esc\x1b[31m\x1b]0;title\x07",
    b"\x01\x02\x7f",
    b"tab\treturn\rbell\x07",
    b"\x9b31m",
)
ANCHORS = b"b0: &b0 [x, x]\n" + b"".join(
    b"b%d: &b%d [%b]\n" % (i, i, b", ".join([b"*b%d" % (i - 1)] * 9)) for i in range(1, 12)
)
EVERYTHING = b" ".join([*MARKS, *CONTROLS])


def file_names(repo: Repo) -> None:
    """Each name in the top folder and as a folder, and under each ending that a pattern of the lab looks for."""
    names = [name.replace(b"/", b"|") for name in MARKS + CONTROLS]
    ends = (
        b"",
        b".bin",
        b".ipynb",
        b".md",
        b".env",
        b"/a.txt",
        b"/.gitignore",
        b"/.gitattributes",
        b"/test_a.py",
    )
    conflict = b"<<<<<<< a\n=======\n>>>>>>> b\nsecond\r\npassword = 'correcthorse1'\n"
    Stock(FILES | {name + end: conflict for name in names for end in ends}).build(repo)


def ref_names(repo: Repo) -> None:
    plain = [name for name in MARKS if not set(name) & set(b" ~^:?*[\\") and b".." not in name]
    refs = {b"refs/%b/%b" % (sort, name): 10 for sort in (b"heads", b"tags") for name in plain}
    Stock(refs=REFS | refs).build(repo)
    main = repo.git("rev-parse", "main")
    for name in ("-x", "HEAD", "refs/heads/main", main, "origin/HEAD"):
        place = repo.path / ".git/refs/heads" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{main}\n")


def ref_names_that_git_refuses(repo: Repo) -> None:
    Stock().build(repo)
    main = repo.git("rev-parse", "main")
    for name in (b"new\nline", b"esc\x1b[31m", b"a b", b"a..b", b"x.lock", b"@{"):
        (repo.path / ".git/refs/heads" / os.fsdecode(name)).write_text(f"{main}\n")


def people_and_messages(repo: Repo) -> None:
    words = EVERYTHING.replace(b"\n", b" ").replace(b"<", b"(").replace(b">", b")")
    Stock(
        who=lambda number: b"%b <%b> 1700000000 +0000" % (words, words),
        message=lambda number: MESSAGES[number - 1].encode() + EVERYTHING + b"\n" + EVERYTHING,
        tag=b"Release " + EVERYTHING,
    ).build(repo)


def commit_headers(repo: Repo) -> None:
    """Commits that Git would not write, one on top of the other, from the tip of main."""
    Stock().build(repo)
    tree, commit = repo.git("rev-parse", "main^{tree}").encode(), repo.git("rev-parse", "main").encode()
    person = b"Learner <learner@example.org> "
    odd = [
        b"author nobody\ncommitter nobody\n\nNo address",
        b"\nNo person",
        b"author \ncommitter \n\n",
        b"author %byesterday\ncommitter %b\n\nNot a date" % (person, person),
        b"author %b-1 +0000\ncommitter %b-99999999999 -9999\n\nBefore 1970" % (person, person),
        b"author %b99999999999999999999 +0000\ncommitter %b9223372036854775807 +0000\n\nLate"
        % (person, person),
        b"author %b4102444800 +9999\ncommitter %b253402300800 +1400\n\nAfter 2100" % (person, person),
        b"author a\0b <c\0d> 1 +0000\ncommitter %b1 +0000\n\nNUL\0in the message\0\0\0\0\0\0\0\0\0\0\0"
        % person,
        b"author %b1 +0000\ncommitter %b1 +0000\nencoding UTF-7\n\nUTF-7 +AAAAAAAAAAA-x" % (person, person),
        b"author %b1 +0000\ncommitter %b1 +0000\nencoding UTF-16\n\nUTF-16 \0a" % (person, person),
        b"author %b1 +0000\ncommitter %b1 +0000\nencoding \x1b[31m\n\nNo encoding\xff" % (person, person),
        b'author %b1 +0000\ncommitter %b1 +0000\nencoding ISO-2022-JP\n\n\x1b$B$"\x1b(B' % (person, person),
        b"author %b1 +0000\ncommitter %b1 +0000\nextra a\n b\ngpgsig x\n\ncommit %b\n"
        % (person, person, commit),
        b"author \x1b[31m <\x07> 1 +0000\ncommitter < > < > 1 +0000\n\n\n\n\nSubject after blank lines",
        b"author %b1 +0000\ncommitter %b1 +0000\n\nSame parent twice" % (person, person),
    ]
    for rest in odd:
        twice = b"parent %b\n" % commit if b"twice" in rest else b""
        raw = b"tree %b\nparent %b\n%b%b" % (tree, commit, twice, rest)
        commit = literal(repo, "commit", raw).encode()
    repo.git("update-ref", "refs/heads/main", commit.decode())
    repo.git("update-ref", "refs/heads/topic", commit.decode())


def dates(repo: Repo) -> None:
    seconds = (b"-1 +0000", b"-99999999999 +0000", b"4102444801 -0800", b"99999999999 +1400", b"0 +0000")
    Stock(who=lambda number: b"Learner <learner@example.org> " + seconds[number % 5].lstrip(b"-")).build(repo)


def long_message(repo: Repo) -> None:
    line = b"word " * 200_000
    Stock(
        message=lambda number: (
            MESSAGES[number - 1].encode() + (b"\n\n" + line if number == 9 else line[:70_000])
        )
    ).build(repo)


def bare_head(content: bytes):
    def build(repo: Repo) -> None:
        Stock().build(repo)
        (repo.path / ".git/HEAD").write_bytes(content)

    return build


def detached(repo: Repo) -> None:
    Stock().build(repo)
    repo.git("update-ref", "--no-deref", "HEAD", repo.git("rev-parse", "main~1"))


def octopus_and_criss_cross(repo: Repo) -> None:
    Stock().build(repo)
    tree = repo.git("rev-parse", "main^{tree}")
    tips = [repo.commit_tree(tree, "main", message=f"Arm {i}") for i in range(20)]
    octopus = repo.commit_tree(tree, *tips, message="Octopus")
    for _ in range(10):
        tips = [
            repo.commit_tree(tree, *tips[:2]),
            repo.commit_tree(tree, *reversed(tips[:2]), message="Cross"),
        ]
    for name, commit in {"main": octopus, "side": tips[0], "topic": tips[1]}.items():
        repo.git("update-ref", f"refs/heads/{name}", commit)


def orphans(repo: Repo) -> None:
    Stock().build(repo)
    tree = repo.git("mktree")
    for number in range(30):
        repo.git(
            "update-ref", f"refs/heads/orphan{number}", repo.commit_tree(tree, message=f"Orphan {number}")
        )


def thousands_of_refs(repo: Repo) -> None:
    Stock().build(repo)
    main = repo.git("rev-parse", "main")
    names = sorted(f"refs/{sort}/many/{i}" for i in range(2500) for sort in ("heads", "tags"))
    lines = ["# pack-refs with: peeled fully-peeled sorted ", *(f"{main} {name}" for name in names), ""]
    (repo.path / ".git/packed-refs").write_text("\n".join(lines))


def deep_folders(repo: Repo) -> None:
    Stock().build(repo)
    name, tree = b"d", blob_tree(repo, b"a.txt", b"deep\n")
    folder = repo.path / ".git/objects"
    for _ in range(3000):
        tree = write_loose(folder, b"tree", b"40000 %b\0%b" % (name, bytes.fromhex(tree)))
    point_at_tree(repo, tree)


def bomb(repo: Repo) -> None:
    Stock().build(repo)
    blob = repo.objects("x", kind="blob")
    tree = repo.objects(*(f"100644 blob {blob}\tf{i}" for i in range(10)))
    for _ in range(9):
        tree = repo.objects(*(f"040000 tree {tree}\td{i}" for i in range(10)))
    point_at_tree(repo, tree)


def tree_names(repo: Repo) -> None:
    """Names that lead out of the tree, doubled, out of order, and modes that git does not write."""
    Stock().build(repo)
    blob = bytes.fromhex(repo.objects("answer: 42\n", kind="blob"))
    sub = bytes.fromhex(repo.objects())
    rows = [
        *(
            (b"100644", name)
            for name in (b"z", b"..", b".", b".git", b".GIT", b"git~1", b"a/b", b"a.txt", b"a.txt")
        ),
        *((b"40000", name) for name in (b"a.txt", b"docs", b"docs", b"..", b".git", b"C:\\")),
        *(
            (mode, b"mode" + mode)
            for mode in (b"100600", b"100664", b"0", b"777777777", b"0100644", b"20000")
        ),
        (b"120000", b"Dockerfile"),
        (b"160000", b".gitattributes"),
        (b"100644", b".git\xe2\x80\x8cmodules"),
    ]
    raw = b"".join(b"%b %b\0%b" % (mode, name, sub if mode == b"40000" else blob) for mode, name in rows)
    point_at_tree(repo, literal(repo, "tree", raw))


def empty_tree(repo: Repo) -> None:
    Stock().build(repo)
    point_at_tree(repo, repo.git("mktree"))


def links(repo: Repo) -> None:
    """Every file of the lab is a symbolic link to a file of the machine, or to itself."""
    Stock().build(repo)
    lines = []
    for number, name in enumerate(FILES):
        target = (b"/etc/passwd", b"../../../../etc/passwd", name, b".git/config", b"a\0b")[number % 5]
        if b"/" not in name:
            lines.append(
                f"120000 blob {repo.git('hash-object', '-w', '--stdin', stdin=target)}\t{name.decode()}"
            )
    lines.append(f"120000 blob {repo.git('hash-object', '-w', '--stdin', stdin=b'/')}\tdocs")
    point_at_tree(repo, repo.objects(*lines))


def submodules(repo: Repo) -> None:
    """Every file and folder of the lab is a submodule; `.gitmodules` names programs and folders above."""
    Stock().build(repo)
    evil = b"""[submodule "../../x"]
\tpath = vendor/lib
\turl = --upload-pack=touch${IFS}ran
\tupdate = !touch ran
[submodule "a"]
\tpath = -u
\turl = ext::touch ran
[include]
\tpath = /etc/passwd
[submodule "\x1b[31m"]
\tpath = vendor/\xff
"""
    blob = repo.git("hash-object", "-w", "--stdin", stdin=evil)
    names = {name.split(b"/")[0].decode() for name in FILES} | {"docs", "vendor"}
    lines = [f"160000 commit {'1' * 40}\t{name}" for name in sorted(names) if name != ".gitmodules"]
    point_at_tree(repo, repo.objects(f"100644 blob {blob}\t.gitmodules", *lines))


def shallow(repo: Repo) -> None:
    Stock().build(repo)
    (repo.path / ".git/shallow").write_text(repo.git("rev-parse", "main~1") + "\n")


def without_large_files(repo: Repo) -> None:
    """As the portal fetches: blobs are absent, and a file beside the objects says that this is intended."""
    large = [
        b"a.txt",
        b".gitignore",
        b".gitmodules",
        b"Dockerfile",
        b"data.yaml",
        b"train.ipynb",
        b"table.csv",
    ]
    Stock({name: content + b"# absent\n" for name, content in FILES.items()}).build(repo)
    for name in large:
        remove(repo, f"main:{name.decode()}")
    (repo.path / ".git/without-files-over-1-MB").write_text("")


def sha256(repo: Repo) -> None:
    repo.git("init", "-q", "-b", "main", "--template=", "--object-format=sha256", "../other")
    (repo.path / ".git").rename(repo.path.parent / "sha1")
    (repo.path.parent / "other/.git").rename(repo.path / ".git")
    Stock(submodule=b"160000 " + b"1" * 64).build(repo)


def tags_of_tags(repo: Repo) -> None:
    Stock().build(repo)
    blob, tree, main = (repo.git("rev-parse", name) for name in ("main:a.txt", "main^{tree}", "main"))
    for sort, thing in (("blob", blob), ("tree", tree), ("commit", main)):
        repo.git("update-ref", f"refs/tags/light-{sort}", thing)
        for depth in range(12):
            raw = b"object %b\ntype %b\ntag %b\ntagger %b\n\nRelease %d\x1b[31m" % (
                thing.encode(), sort.encode(), b"t\xff", WHO, depth,
            )  # fmt: skip
            thing, sort = literal(repo, "tag", raw), "tag"
            if depth in (0, 2, 8):
                repo.git("update-ref", f"refs/tags/{depth}-{thing[:7]}", thing)
    raw = b"object %b\ntype commit\ntag v1\n\n" % main.encode()
    repo.git("update-ref", "refs/tags/v1", literal(repo, "tag", raw))


def tag_of_tags_too_deep(repo: Repo) -> None:
    Stock().build(repo)
    thing, sort = repo.git("rev-parse", "main"), b"commit"
    for _ in range(11):
        raw = b"object %b\ntype %b\ntag v1\ntagger %b\n\nRelease" % (thing.encode(), sort, WHO)
        thing, sort = literal(repo, "tag", raw), b"tag"
    repo.git("update-ref", "refs/tags/v1", thing)


def changed(change: Callable[[bytes], bytes]):
    """Every file of the lab contains a changed version of its own text."""
    return lambda repo: Stock({name: change(text) for name, text in FILES.items()}).build(repo)


def filled(content: bytes):
    return changed(lambda text: content)


def hostile_settings(repo: Repo) -> None:
    """Everything in the repository's own folder that could name a program or another file."""
    attributes = b"* diff=evil filter=evil merge=evil text export-subst ident working-tree-encoding=UTF-16\n"
    Stock(FILES | {b".gitattributes": attributes}).build(repo)
    folder, git = repo.path.parent, repo.path / ".git"
    script = folder / "evil"
    script.write_text(f"#!/bin/sh\necho ran >> {folder}/ran\ncat\n")
    script.chmod(0o755)
    (folder / "included").write_text(f"[core]\n\tfsmonitor = {script}\n\tpager = {script}\n")
    for key in PROGRAMS:
        repo.git("config", key, f"!{script}" if key.startswith("alias") else str(script))
    for key, value in {
        "log.showSignature": "true",
        "core.hooksPath": str(folder),
        "core.worktree": "/",
        "core.attributesFile": str(folder / "included"),
        "core.excludesFile": str(folder / "included"),
        "core.quotePath": "false",
        "core.abbrev": "4",
        "core.bigFileThreshold": "1",
        "core.precomposeUnicode": "true",
        "core.ignoreCase": "true",
        "color.ui": "always",
        "i18n.commitEncoding": "UTF-16",
        "log.mailmap": "true",
        "mailmap.file": str(folder / "mailmap"),
        "submodule.recurse": "true",
        "diff.renames": "copies",
        "diff.orderFile": str(folder / "included"),
        "diff.submodule": "log",
        "diff.ignoreSubmodules": "all",
        "diff.noprefix": "true",
        "include.path": str(folder / "included"),
        "includeIf.gitdir:/.path": str(folder / "included"),
        "remote.evil.url": f"ext::{script}",
        "remote.evil.promisor": "true",
        "protocol.allow": "always",
        "trace2.normalTarget": str(folder / "ran"),
        "fetch.writeCommitGraph": "true",
        "core.commitGraph": "true",
        "safe.bareRepository": "explicit",
        "uploadpack.hideRefs": "refs/heads",
        "transfer.hideRefs": "refs/heads",
    }.items():
        repo.git("config", key, value)
    (folder / "mailmap").write_text("Other <other@example.org> <learner@example.org>\n")
    for hook in (
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
        "pre-auto-gc",
    ):
        for place in (git / "hooks" / hook, folder / hook):
            place.parent.mkdir(exist_ok=True)
            place.write_text(script.read_text())
            place.chmod(0o755)
    (git / "info").mkdir(exist_ok=True)
    (git / "info/attributes").write_text("* -text lfs filter=evil\n")
    (git / "info/exclude").write_text("*\n")
    (git / "info/grafts").write_text(repo.git("rev-parse", "main") + "\n")
    (git / "info/sparse-checkout").write_text("!*\n")
    (git / "objects/info").mkdir(exist_ok=True)
    (git / "objects/info/alternates").write_text(f"{folder}/nowhere\n/etc\n")
    (git / "objects/info/commit-graph").write_bytes(b"CGPH\1\1\0\0" + b"\0" * 100)
    repo.git("replace", "-f", "main", repo.commit_tree(repo.git("mktree"), message="False"))
    (folder / "ran").unlink(missing_ok=True)  # by git as it shaped this repository


PROGRAMS = (
    *("core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.gitProxy"),
    *("pager.rev-list", "pager.cat-file", "alias.rev-list", "alias.cat-file", "alias.check-ignore"),
    *("pager.for-each-ref", "pager.diff-tree", "alias.diff-tree", "alias.for-each-ref", "pager.check-attr"),
    *("diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver", "gpg.program"),
    *(
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "credential.helper",
        "gpg.ssh.program",
    ),
    *("uploadpack.packObjectsHook", "core.alternateRefsCommand", "interactive.diffFilter", "sequence.editor"),
)


# Helpers of the functions above.


def literal(repo: Repo, kind: str, raw: bytes) -> str:
    return write_loose(repo.path / ".git/objects", kind.encode(), raw)


def write_loose(folder: Path, kind: bytes, raw: bytes) -> str:
    """Write an object without Git's checks, and without a process."""
    whole = b"%b %d\0%b" % (kind, len(raw), raw)
    name = sha1(whole, usedforsecurity=False).hexdigest()
    place = folder / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    if not place.exists():
        place.write_bytes(zlib.compress(whole, 1))
    return name


def blob_tree(repo: Repo, name: bytes, content: bytes) -> str:
    folder = repo.path / ".git/objects"
    blob = write_loose(folder, b"blob", content)
    return write_loose(folder, b"tree", b"100644 %b\0%b" % (name, bytes.fromhex(blob)))


def point_at_tree(repo: Repo, tree: str) -> None:
    """Commit this tree on top of main, and point main, topic and v1 to that commit."""
    commit = repo.commit_tree(tree, "main", message="Change everything")
    for ref in ("refs/heads/main", "refs/heads/topic", "refs/tags/v1"):
        repo.git("update-ref", ref, commit)


def unpack(repo: Repo) -> None:
    for pack in (repo.path / ".git/objects/pack").glob("*.pack"):
        moved = pack.rename(repo.path.parent / pack.name)
        pack.with_suffix(".idx").unlink()
        repo.git("unpack-objects", "-q", stdin=moved.read_bytes())


def loose(repo: Repo, name: str) -> Path:
    unpack(repo)
    found = repo.git("rev-parse", name)
    return repo.path / ".git/objects" / found[:2] / found[2:]


def remove(repo: Repo, name: str) -> None:
    loose(repo, name).unlink()


ODD = {
    "stock": lambda repo: Stock().build(repo),
    "file-names": file_names,
    "ref-names": ref_names,
    "ref-names-that-git-refuses": ref_names_that_git_refuses,
    "people-and-messages": people_and_messages,
    "commit-headers": commit_headers,
    "dates": dates,
    "long-message": long_message,
    "unborn-head": bare_head(b"ref: refs/heads/nothing\n"),
    "dangling-head": bare_head(b"ref: refs/remotes/origin/../../\n"),
    "detached": detached,
    "octopus-and-criss-cross": octopus_and_criss_cross,
    "orphans": orphans,
    "thousands-of-refs": thousands_of_refs,
    "deep-folders": deep_folders,
    "bomb": bomb,
    "tree-names": tree_names,
    "empty-tree": empty_tree,
    "links": links,
    "submodules": submodules,
    "shallow": shallow,
    "without-large-files": without_large_files,
    "sha256": sha256,
    "tags-of-tags": tags_of_tags,
    "tag-of-tags-too-deep": tag_of_tags_too_deep,
    "utf-16": changed(lambda text: text.decode().encode("utf-16")),
    "utf-32": changed(lambda text: text.decode().encode("utf-32")),
    "returns": changed(lambda text: text.replace(b"\n", b"\r")),
    "nul": changed(lambda text: text[:5] + b"\0" + text[5:] + b"\0\0"),
    "empty-files": filled(b""),
    "everything": filled(EVERYTHING),
    "one-line": filled(b"x" * 1_000_000),
    "brackets": filled(b"[" * 200_000),
    "braces": filled(b'{"a":' * 100_000),
    "anchors": filled(ANCHORS),
    "dots": filled(b"a." * 50_000 + b"b = 1\n"),
    "blanks": filled(b" " * 400_000 + b"x"),
    "quotes": filled(b"'\"" * 200_000),
    "backslashes": filled(b"\\\n" * 30_000),
    "many-lines": filled(b"a: 1\n" * 2_000),
    "numbers": filled(b"9" * 60_000 + b"\n"),
    "exponents": filled(b'train = {"seed": 1e999999999}\ntrain: {seed: 1e999999999}\nanswer: 1e99999999\n'),
    "hostile-settings": hostile_settings,
}
