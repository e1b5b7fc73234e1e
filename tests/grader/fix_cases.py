"""Every way to miss every kind of check, read from `fix_cases.txt`: the check, and a history that misses it.

`# KIND` begins the cases of a kind. A line is `B CHECK :: SCRIPT`, with `F` instead of `B` for a history of two
branches, and `!` after it if only the learner can work out the fix. In the script, lines for bash,
`put PATH TEXT` writes a file, `c SUBJECT [PATH TEXT]...` makes a commit and `on NAME [START]` makes a branch.
"""

from pathlib import Path
from typing import NamedTuple

PRELUDE = r"""
put() { mkdir -p "$(dirname "$1")"; printf '%b' "$2" > "$1"; }
c() {
  m=$(printf '%b' "$1"); shift
  while [ $# -gt 0 ]; do put "$1" "$2"; shift 2; done
  git add -A; git commit -qm "$m"
}
on() { git switch -qc "$@"; }
sw() { git switch -q "$@"; }
merge() { git merge -q --no-ff -m "Merge branch '$1'" "$1"; }
edited() { put "$1" "$2"; f=$1; shift 2; if [ $# -gt 0 ]; then sed -i "$@" "$f"; fi; c Edit; }
CI='name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install -r requirements.txt
      - run: pytest
  deploy:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
'
ci() { edited .github/workflows/ci.yml "$CI" "$@"; }
DOCKER='FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . .
USER app
EXPOSE 8000
HEALTHCHECK CMD curl -f http://localhost:8000/
CMD ["python", "app.py"]
'
docker() { edited Dockerfile "$DOCKER" "$@"; }
PROJECT='[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["requests==2.32.3"]
'
py() { put src/shop/__init__.py 'x = 1'; edited pyproject.toml "$PROJECT" "$@"; }
"""
BASES = {
    "B": r"""
put README.md '# Shop\n\nIt sells.\n'; put .gitignore '*.log'; put 'docs/a file.md' 'text without an end'
put windows/run.bat 'a\r\nb\r\n'; put run.sh 'echo hello\n'
c Start a.txt '1\n2\n3\n'
c 'Add the second' b.txt 'b\n'
c 'Add the third' c.txt 'c\n'
""",
    # main: Start, One, Two (v1.0); side: Side one (s1), Side two, on Start
    "F": r"""
c Start README.md '# Shop\n' a.txt '1\n2\n3\n'
c One one.txt '1\n'; c Two two.txt '2\n'; git tag v1.0
on side main~2; c 'Side one' s1.txt '1\n'; git tag s1; c 'Side two' s2.txt '2\n'; sw main
""",
}


class Case(NamedTuple):
    kind: str
    check: str
    script: str
    by_hand: bool


def read_cases(text: str) -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = {}
    kind = ""
    for line in filter(None, text.split("\n")):
        mark, _, rest = line.partition(" ")
        if mark == "#":
            kind = rest
            continue
        check, _, script = rest.partition(" :: ")
        case = Case(kind, check.strip(), BASES[mark[0]] + script.strip(), by_hand=mark.endswith("!"))
        cases.setdefault(kind, []).append(case)
    return cases


CASES = read_cases(Path(__file__).with_suffix(".txt").read_text())
