"""Notes of a report on the authors of commits, for the learner and the staff."""

from .git.processes import RepositoryError, TooLargeError
from .git.repository import Repository
from .git.whose import Authors, Learner, asks_author, named, other_authors
from .spec import LabSpec
from .words import count, quoted


def author_notes(spec: LabSpec, repository: Repository, learner: Learner) -> list[str]:
    """Return a note if the lab asks for commits by the learner, and some on the main branch name someone else."""
    if not any(asks_author(check.says) for check in spec.checks):
        return []
    tip = next(filter(None, map(repository.branch, ("main", "master", *repository.branches))), None)
    if tip is None or not learner.is_known or not repository.is_short:
        return []
    try:
        history = repository.history
        commits = history.in_order(history.ancestors(tip.commit.id) - history.ancestors_of(spec.starters))
        others = other_authors(commits, Authors(learner))
    except (TooLargeError, RepositoryError):
        return []
    if not others:
        return []
    number = sum(others.values())
    name = "has" if number == 1 else "have"
    return [
        f"{number:,} of {count(len(commits), 'commit')} on {quoted(tip.name)} {name} an author whose name and "
        f"email are not on this account: {named(others)}."
    ]
