"""The welcome page shows a push: the same state is graded here, and each line that it shows must be printed."""

import html
import re

from django.conf import settings

from labs.grader.__main__ import main

LAB = """
schema: 2
title: Resolve a conflict
pass_mark: 70
starter: null
checks:
  - id: readme
    says: main has a README.md
    file: {path: README.md, at: main, exists: true}
    points: 30
    teaches: plumbing
  - id: merged
    says: main has at least two commits
    commits: {on: main, at_least: 2}
    points: 30
    teaches: plumbing
  - id: markers
    says: No conflict markers are left on main
    no_conflict_markers: {at: main}
    points: 40
    teaches: plumbing
scenarios:
  - {name: as asked, steps: [{commit: One, files: {README.md: "x"}}, {commit: Two}], expect: {others: passed}}
"""
PRICES = "# Prices\n\n<<<<<<< HEAD\noil 140\n=======\noil 125\n>>>>>>> festival-prices\n"
EXAMPLE = settings.BASE_DIR / "templates/progress/_push_example.html"


def test_the_push_on_the_welcome_page_gets_the_lines_that_it_shows(repo, tmp_path, capsys):
    (tmp_path / "lab.yaml").write_text(LAB)
    repo.put("README.md", "# Prices\n")
    repo.commit("List the prices")
    repo.put("prices.md", PRICES)
    repo.commit("Merge festival-prices")
    main(["grade", str(tmp_path / "lab.yaml"), str(repo.path)])
    printed = re.sub("commit [0-9a-f]{7}", "commit 9f3c2e1", capsys.readouterr().out).splitlines()
    shown = html.unescape(re.sub("<[^>]+>|{#.*?#}", "", EXAMPLE.read_text())).strip().splitlines()
    assert shown[0].endswith("git push origin main")
    left = iter(printed)
    for line in shown[1:]:
        assert line.startswith("remote:")
        own = line.removeprefix("remote:").removeprefix(" ")
        assert own == "…" or own in left, f"{own} is not among the lines that follow"
