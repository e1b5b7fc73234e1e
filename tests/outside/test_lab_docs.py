from pathlib import Path

from labs.grader.checks import KINDS

DOCS = Path(__file__).parents[2] / "docs/labs.md"


def test_every_kind_has_its_place_in_the_table_of_the_docs():
    rows = [line.split("|")[2] for line in DOCS.read_text().splitlines() if line.startswith("| ")][1:]
    assert sorted(" ".join(rows).replace("`", "").split()) == sorted(KINDS)
