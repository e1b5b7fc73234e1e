"""Labs to start from. Each folder has a lab.yaml that proves itself, and a brief. To add one, extend RECIPES."""

from dataclasses import dataclass
from importlib.resources import files

from labs.grader.commands.new import starting_texts


@dataclass(frozen=True)
class Recipe:
    name: str  # of its folder
    title: str
    about: str


FIRST = "first-repository"
RECIPES = (
    Recipe(FIRST, "A first repository", "two commits on main and a README with a title"),
    Recipe("branch-and-merge", "A branch and its merge", "a merge commit, and no conflict markers"),
    Recipe("release", "A tagged release", "a changelog and an annotated tag"),
    Recipe("clean-repository", "A clean repository", "an ignored .env, and no secret in any commit"),
    Recipe("workflow", "Tests on every push", "a GitHub workflow that starts, checks out and tests"),
    Recipe(
        "pull-request", "Reviewed and merged on GitHub", "a reviewed pull request, and tests that GitHub ran"
    ),
    Recipe("dockerfile", "A careful Dockerfile", "a base image with a version, and a user other than root"),
)


def recipe_texts(name: str) -> dict[str, str]:
    """Return `source` and `brief` of a recipe."""
    if name == FIRST:
        return starting_texts()
    folder = files(__package__) / name
    texts = {"source": "lab.yaml", "brief": "brief.md"}
    return {field: (folder / file).read_text(encoding="utf-8") for field, file in texts.items()}
