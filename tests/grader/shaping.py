"""Histories of any shape and size, made by one `git fast-import`."""

from collections.abc import Iterable, Mapping

from tests.grader.conftest import Repo


def shape_history(
    repo: Repo, commits: Iterable[tuple[int, ...]], refs: Mapping[str, int], subject: str = "Commit {}"
) -> dict[int, str]:
    """Create commits (number from 1, numbers of parents ...), parents first, and refs; return the IDs by number."""
    lines = []
    for number, *parents in commits:
        words = subject.format(number).encode()
        who = f"Learner <learner@example.org> {1_700_000_000 + number} +0000"
        lines += [
            "commit refs/build",
            f"mark :{number}",
            f"committer {who}",
            f"data {len(words)}",
            words.decode(),
        ]
        lines += [
            f"{word} :{parent}"
            for word, parent in zip(["from", *["merge"] * len(parents)], parents, strict=False)
        ]
        if not parents:
            lines.insert(-5, "reset refs/build")
    for ref, number in refs.items():
        lines += [f"reset {ref}", f"from :{number}", ""]
    lines += ["reset refs/build", "from " + "0" * 40, ""]
    marks = repo.path.parent / "marks"
    stream = "\n".join([*lines, "done", ""]).encode()
    repo.git("fast-import", "--quiet", "--done", "--force", f"--export-marks={marks}", stdin=stream)
    return {int(mark[1:]): id for mark, id in (line.split() for line in marks.read_text().splitlines())}
