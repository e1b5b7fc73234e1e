"""Wanted shapes that checks draw beside the history found. Letters are placeholders for commits."""

from collections.abc import Sequence

from ..git.history import Commit
from ..words import count, quoted
from .shapes import Node, Shape


def line(title: str, names: list[str], labels: dict[str, str], base: str = "A") -> Shape:
    chain = [base, *names]
    nodes = [Node(name, (before,), labels.get(name, "")) for before, name in zip(chain, names, strict=False)]
    return Shape(title, (*reversed(nodes), Node(base, (), labels.get(base, ""))))


def merge_commit(branch: str, into: str) -> Shape:
    return Shape(
        f"{quoted(branch)} merged into {quoted(into)} with a merge commit",
        (
            Node("M", ("C", "B"), into),
            Node("B", ("A",), branch),
            Node("C", ("A",)),
            Node("A"),
        ),
    )


def fast_forward(branch: str, into: str) -> Shape:
    return line(f"{quoted(into)} fast-forwarded to {quoted(branch)}", ["B", "C"], {"C": f"{into}, {branch}"})


def squashed(branch: str, into: str) -> Shape:
    return Shape(
        f"{quoted(branch)} squashed into one commit on {quoted(into)}",
        (
            Node("S", ("A",), f"{into}: B and C in one commit"),
            Node("C", ("B",), branch),
            Node("B", ("A",)),
            Node("A"),
        ),
    )


def merged_by_rebase(branch: str, into: str) -> Shape:
    return Shape(
        f"{quoted(branch)} rebased onto {quoted(into)}",
        (
            Node("C'", ("B'",), into),
            Node("B'", ("A",)),
            Node("C", ("B",), branch),
            Node("B", ("A",)),
            Node("A"),
        ),
    )


def unmerged(branch: str, into: str) -> Shape:
    return diverged(branch, into, "A")


def on_top(branch: str, onto: str, commits: int) -> Shape:
    names = [f"{letter}'" for letter in _letters(max(commits, 1))]
    title = f"{quoted(branch)} with {count(max(commits, 1), 'commit')} on top of {quoted(onto)}"
    return line(title, names, {names[-1]: branch, "A": onto})


def pointing_at(name: str, commit: Commit) -> Shape:
    parents = tuple(parent[:7] for parent in commit.parents)
    here = Node(commit.id[:7], parents, name)
    return Shape(f"The commit {quoted(name)} should point to", (here, *map(Node, parents)))


def one_after_another(branches: Sequence[str], into: str) -> Shape:
    nodes: list[Node] = []
    below = "A"
    for number, branch in enumerate(branches, start=1):
        label = into if number == len(branches) else ""
        merge = Node(f"M{number}", (below, f"B{number}"), label)
        nodes[:0] = [merge, Node(f"B{number}", ("A",), branch)]
        below = merge.name
    return Shape(f"Merged into {quoted(into)} one after another", (*nodes, Node("A")))


def diverged(branch: str, of: str, start: str) -> Shape:
    return Shape(
        f"{quoted(branch)} and {quoted(of)} diverge at {start}",
        (Node("C", (start,), of), Node("B", (start,), branch), Node(start)),
    )


def cherry_picked(commits: list[str], onto: str) -> Shape:
    # the copied commits stay
    letters = _letters(len(commits))
    taken = line("", letters, dict(zip(letters, commits, strict=False)))
    copies = line("", [f"{letter}'" for letter in letters], {f"{letters[-1]}'": onto})
    return Shape(
        f"{count(len(commits), 'commit')} cherry-picked onto {quoted(onto)}",
        (*copies.nodes[:-1], *taken.nodes),
    )


def reverted(commits: list[str], on: str) -> Shape:
    # the undone commits stay
    letters = _letters(len(commits))
    labels = dict(zip(letters, commits, strict=False)) | {
        f"-{letter}": f"reverts {letter}" for letter in letters
    }
    labels[f"-{letters[-1]}"] += f", {on}"
    return line(f"Reverted on {quoted(on)} by later commits", [*letters, *(f"-{x}" for x in letters)], labels)


def replaced(old: str, parent: str, on: str) -> Shape:
    title = f"{quoted(old)} replaced on {quoted(on)}"
    return Shape(title, (Node(f"{old}'", (parent,), on), Node(parent)))


def _letters(number: int) -> list[str]:
    # B, C and so on, at most four: a drawing shows the shape, not the number of commits
    return list("BCDE"[:number])
