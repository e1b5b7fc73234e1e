"""Small pieces of notes as trainers type them in a hurry, each with what a learner must see, and must not."""

import pytest

from lessons.notes.titles import make_title

from .importing import import_text

PSQL = "Query\n\nSELECT name FROM c;\n\n name | city\n------+------\n Asha | Pune\n(1 row)\n"
MYSQL = "SELECT 1;\n\n+---+\n| 1 |\n+---+\n| 1 |\n+---+\n1 row in set (0.01 sec)\n\nMore\n"
UNIT = "● nginx.service - The server\n     Loaded: loaded\n     Active: active (running)\n"
PLAY = "PLAY [web] ******\nok: [10.0.0.5]\n\nPLAY RECAP ******\n10.0.0.5 : ok=3\n"
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 4\nKeyError: 1\n=> a typo\n'
TABLE = "CIDR | Hosts | Mask\n--- | --- | ---\n/24 | 254 | 255.255.255.0\n/25 | 126 | 255.255.255.128\n"
YAML = "manifests\n\n---\n# service first\napiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n"
SQL = "Ranks\n\nselect id, amount,\n       row_number() over (order by id) as rn\nfrom orders;\n"
ACL = "# file: notes.txt\n# owner: root\nuser::rw-\ngroup::r--\n"
ASKED = "aws configure\nAWS Access Key ID [None]: AKIA\nDefault region name [None]: x\n"
EVENTS = "Events:\n  Type  Reason  Age  From  Message\n  ----  ------  ---  ----  -------\n  Warning  F  3s  x  y\n"
TASKS = "words before\n\nHomework for tomorrow\nwrite a dockerfile\npush it\n"
FILES = "words to remember\nsuid - runs as the owner\nsgid - runs as the group\n"
CHAT = "19:01:12 From Trainer to Everyone:\n\tcan you hear me?\n19:01:40 From Learner A to Everyone:\n\tyes\n"
CAPITALS = (
    "STAKEHOLDERS\n\nAnybody who is affected by it.\n\nRISK\n\nIt may happen.\n\nESTIMATING\n\nHow long it takes.\n\n"
    "EARNED VALUE (EXAM!!!)\n\nWhat we did.\n"
)
CHAPTERS = "".join(
    f"\n{number}) {title}\nwe look at it now\n\nit is used in each project that we have\n\nand it is free\n"
    for number, title in enumerate(("Jenkins pipeline", "Terraform", "Ansible"), 1)
)


BITS = "$ chmod 640 a.txt\n$ ls\n\nspecial bits\n suid  4000  as owner\n sgid  2000  as group\n"


@pytest.mark.parametrize(
    ("text", "seen", "unseen"),
    [
        (PSQL, "```text\n name | city\n------+------\n Asha | Pune\n(1 row)\n```", "# name"),
        (MYSQL, "+---+\n1 row in set (0.01 sec)\n```", ""),
        (UNIT, "```text\n● nginx.service - The server\n     Loaded: loaded\n", "**Loaded**"),
        (PLAY, "PLAY RECAP ******\n10.0.0.5 : ok=3\n```", "\\*"),
        (TRACE, "KeyError: 1\n```", ""),
        (TABLE, "| /24 | 254 | 255.255.255.0 |", "```"),
        (YAML, "```yaml\n---\n# service first\napiVersion: v1", "```console"),
        (
            SQL,
            "```sql\nselect id, amount,\n       row_number() over (order by id) as rn\nfrom orders;\n```",
            "",
        ),
        (ACL, "```text\n# file: notes.txt\n# owner: root\nuser::rw-\n", "## "),
        (ASKED, "[None]: AKIA\nDefault region name [None]: x\n```", "\n: "),
        (EVENTS, "```text\nEvents:\n  Type", "## Events"),
        (TASKS, "::: checklist\n- [ ] write a dockerfile", "- Homework"),
        (FILES, "words to remember\n\nsuid\n: runs as the owner", "- words"),
        (CHAT, "- 19:01:12 From Trainer to Everyone:\n  - can you hear me?", "## "),
        (CAPITALS, "## RISK", "### "),
        (CAPITALS, "## EARNED VALUE (EXAM!!!)", "### "),
        (CHAPTERS, "## Terraform", "2. "),
        (BITS, "$ ls\n```", ""),
    ],
)
def test_hasty_notes_are_read_as_meant(text, seen, unseen):
    markdown = "\n".join(lesson["markdown"] for lesson in import_text(text))

    assert seen in markdown
    assert not unseen or unseen not in markdown


@pytest.mark.parametrize(
    "text",
    [
        "read ch. 4 + 5",
        "df -h says 100%",
        "enable --now = both",
        "apply both: kubectl apply -f k8s/ && kubectl get svc",
        "how='left' same as LEFT JOIN",
    ],
)
def test_a_sentence_is_no_code(text):
    (lesson,) = import_text(f"Some words before.\n\n{text}\n\nSome words after.\n")

    assert "```" not in lesson["markdown"]


def test_a_date_alone_is_the_evening_that_is_missing():
    days = "Day 1: 2nd Feb 2026\nCloud\n\n3rd Feb\nRoles\n\nDay 3: 4th Feb 2025\nNetworks\n"

    assert [(each["session"], each["date"]) for each in import_text(days)] == [
        (1, "2026-02-02"),
        (2, "2026-02-03"),
        (3, "2026-02-04"),
    ]


def test_a_deadline_between_two_days_is_no_evening():
    days = "Day 1: 2nd Feb 2026\nCloud\n\n3rd Feb\nRoles\n\nDay 2: 4th Feb 2026\nNetworks\n"

    assert [each["session"] for each in import_text(days)] == [1, 2]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("github actions", "GitHub actions"),
        ("EARNED VALUE", "Earned value"),
        ("THE FIRST WEEK", "The first week"),
    ],
)
def test_a_title_is_written_as_a_person_would(written, title):
    assert make_title(written) == title


def test_who_spoke_when_is_no_title():
    assert [each["title"] for each in import_text(CHAT)] == ["Session 1"]


def test_homework_names_no_evening():
    notes = (
        "Kubernetes architecture\ncontrol plane\nworker node\n\nHomework for tomorrow\nwrite it\npush it\n"
    )

    assert [each["title"] for each in import_text(notes)] == ["Kubernetes architecture"]
