"""What the import does not do yet as the cases expect. `BY_REASON` lists pairs of a case and a check.

Each pair is a test that is known to fail. It is strict: when the import does it, delete the pair.
"""

import pytest

BY_REASON: dict[str, list[tuple[str, str]]] = {
    "some spellings of a banner are not found": [
        ("banners", "{d}th Jan 2026 (Day {n})"),
        ("banners", "────────\nDay {n} │ {d} Jan 2026\n────────"),
    ],
    "a comment of a program is a heading": [
        ("devops-hindi", "never"),
        ("git-german", "never"),
        ("mlops-days", "never"),
        ("short-evening", "never"),
        ("windows-admin", "never"),
    ],
    "Homework, Prerequisites and boxes to tick are not offered as a checklist": [
        ("windows-admin", "checklists"),
    ],
    "a sentence that ends in a colon is a heading, or a term with a definition": [
        ("aws-document", "never"),
        ("docker-markdown", "never"),
        ("sql-one-huge-topic", "never"),
        ("kubernetes-no-banner", "never"),
        ("python-questions", "never"),
        ("terraform-odd-days", "never"),
    ],
    "a paragraph is cut at its lines, or becomes a definition": [
        ("docker-markdown", "paragraphs"),
        ("sql-one-huge-topic", "paragraphs"),
        ("kubernetes-no-banner", "paragraphs"),
        ("linux-transcripts", "paragraphs"),
    ],
    "a figure by tabs, blanks or bars is cut, or loses its header": [
        ("data-engineering-arrows", "tables"),
        ("python-questions", "tables"),
        ("sql-numbered-outline", "tables"),
    ],
    "lines of one form become a table and a list": [
        ("data-engineering-arrows", "together"),
        ("kubernetes-no-banner", "together"),
        ("repeated-outline", "together"),
        ("same-day-twice", "together"),
        ("terraform-odd-days", "together"),
    ],
    "a head without the words that are looked for, or with weekdays by a slash": [
        ("docker-markdown", "head"),
        ("jenkins-ansible", "head"),
        ("kubernetes-no-banner", "head"),
        ("sql-numbered-outline", "head"),
    ],
    "an outline that starts at 2 is no list": [("anything", "problems")],
    "a line with bars in a skipped block is read as a table": [("windows-admin", "skipped")],
    "a program of several parts is cut": [("hash-topics", "code")],
    "What is X without a question mark is not offered": [("hash-topics", "offered")],
    "lines that start with an arrow, or commands with remarks after one, are not one block": [
        ("hash-topics", "together"),
    ],
    "a banner with its date in a second column, or in brackets after a weekday": [
        ("java-evenings", "sessions"),
        ("java-evenings", "topics"),
        ("web-frontend", "sessions"),
    ],
    "Java without class around it, a trace, and consoles of routers and of cmd are text": [
        ("java-evenings", "code"),
        ("network-class", "code"),
    ],
    "a drawing with few lines is text": [("java-evenings", "verbatim"), ("network-class", "verbatim")],
    "columns by blanks lose their first rows": [("network-class", "tables")],
    "an item that is ticked keeps its x as a word": [("web-frontend", "checklists")],
    "a heading of Markdown with a question mark is not offered as a question": [("web-frontend", "offered")],
    "a head in a quote below an underlined title is not read": [("web-frontend", "head")],
    "a banner that begins with the date, and topics between rules or signs": [
        ("decorated-topics", "sessions"),
        ("decorated-topics", "topics"),
    ],
    "a drawing whose lines begin with words, or a histogram, is cut": [
        ("decorated-topics", "verbatim"),
        ("statistics-r", "verbatim"),
    ],
    "names before -- or : are not one block": [("decorated-topics", "together")],
    "tasks in a list below a word other than Homework are not offered": [
        ("decorated-topics", "checklists"),
        ("scrum-prose", "checklists"),
        ("statistics-r", "checklists"),
    ],
    "a sentence with a colon is a definition": [("scrum-prose", "never")],
    "columns by no-break blanks, or with signs in their cells, are no table": [
        ("scrum-prose", "tables"),
        ("statistics-r", "tables"),
    ],
    "the first evening of a head is not its start": [("scrum-prose", "head")],
    "a numbered topic above a comment is text": [("statistics-r", "topics")],
    "R and its console are text": [("statistics-r", "code"), ("statistics-r", "never")],
    "a row of bars is a broken table": [("statistics-r", "accepted"), ("statistics-r", "html")],
    "pictures that are not in the zip are not named": [("git-pictures", "missing")],
    "a figure with blank lines and levels on its left, or arrows downwards, is cut": [
        ("two-column-figures", "together"),
    ],
    "three pairs of old and new below a line with an arrow are no table": [("two-column-figures", "tables")],
}
UNMET = {pair: reason for reason, pairs in BY_REASON.items() for pair in pairs}


def mark_unmet(name, check, *more):
    """Return the parameters of a test, marked as an expected failure if the import does not do that yet."""
    reason = UNMET.get((name, check))
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(name, check, *more, id="-".join(map(str, (name, check, *more))), marks=marks)
