"""Input that wants too much: bounded in size, depth and time."""

import io
import time
import zipfile

import pytest

from lessons.notes import NotesError, import_notes, read_source
from lessons.rendering import render

LINES = 4_000
NASTY = {
    "open braces": "resource x {\n" * LINES,
    "open brackets in python": "x = [(\n" * LINES,
    "keys of YAML": "name: x\n" * LINES,
    "deeper and deeper": "".join(f"{' ' * min(number, 5_000)}- a\n" for number in range(LINES // 2)),
    "fences": "```\nx\n" * LINES,
    "fences of all lengths": "".join(f"{'`' * (3 + number % 50)}\nx\n" for number in range(LINES)),
    "heredocs": "cat <<END1\n" * LINES,
    "arrows": f"{'a -> ' * 3_000}b\n" * 10,
    "only arrows": "v\n|\n" * LINES,
    "colons": f"{':' * 15_000}\n" * 10,
    "question marks": "What is it " + "?" * 15_000,
    "bullets": "- \n" * LINES,
    "bars": f"{'|' * 5_000}\n" * 20,
    "brackets": f"{'[' * 6_000}\n",
    "bullets below a topic": "a :::\n\n" + "\t- a\n" * 16_000,
    "equal boxes to tick": "a :::\n\n" + "- [ ] a\n" * 8_000,
    "stars": f"{'*a ' * 5_000}\n",
    "blanks": f"{' ' * 15_000}a\n" * 20,
    "banners": "Day 1: 1 Jan 2026\nx\n" * LINES,
    "rules": "####################\n" * LINES,
    "examples in examples": "".join(f"{' ' * number}Eg:\n" for number in range(300)),
    "numbers": "1.1.1.1. " * 2_000,
    "prompts": "$ ls\n\n" * LINES,
    "conflicts": "<<<<<<< HEAD\n" * LINES,
    "quotes": "> a\n" * LINES,
    "addresses": f"{'http://a.b/' * 1_500}\n",
    "dates": f"{'1/2/2026 ' * 2_000}\n",
    "boxes": "+--+\n" * LINES,
    "equals signs": "=====\n" * LINES,
    "words with signs": ("a_b\n" * 299 + "x y\n") * 15,
    "steps with arrows below": "x\n  v\n" * LINES,
    "weekdays": "\nMonday\n\nTuesday\n" * LINES,
    "outline numbers": "I. a\nII. b\n" * LINES,
    "boxes of pages": "<aside>\n" * LINES,
    "terms of Markdown": "x\n: y\n" * LINES,
    "agenda": "Topic :\n\n" * LINES,
    "chat with a day for each message": "".join(
        f"[{number % 28 + 1}/{number // 28 % 12 + 1}/2026, 20:15] Trainer: docker run -it web\n"
        for number in range(LINES)
    ),
    "lists in lists of LaTeX": "\\begin{document}\n" + "\\begin{itemize}\n\\item a\n" * LINES,
}


@pytest.mark.heavy
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_notes_take_linear_time(text):
    started = time.process_time()

    notes = import_notes(read_source("notes.txt", text.encode()))

    assert time.process_time() - started < 2.5 + len(text) / 200_000  # ten times what plain notes take
    assert [place.block.first for lesson in notes.lessons for place in lesson.places][:1] in ([1], [])


@pytest.mark.parametrize(
    "text",
    [NASTY[name] for name in ("brackets", "stars", "arrows", "bars", "addresses", "examples in examples")],
)
def test_nasty_lessons_can_be_rendered(text):
    for lesson in import_notes(read_source("notes.txt", text[:40_000].encode())).lessons:
        render(lesson.markdown.replace("\\[", ""), link=lambda *_: None)


def zipped(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"x" * 30_000, "30,000 characters"),
        ("a.txt", b"x\n" * 200_001, "200,001 lines"),
        ("a.txt", b"\n \n\t\n", "no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0", "encoding"),
        ("a.pdf", b"%PDF", r"end in \.pdf"),
        ("a.docx", b"PK\3\4 no", "not a Word document"),
        ("a.docx", zipped(**{"word/document.xml": "<a/>"}), "damaged"),
        ("a.ipynb", b"[1, 2", "not a notebook"),
        ("a.ipynb", b"[" * 100_000, "not a notebook"),
        ("a.ipynb", b'{"cells": 3}', "no cells"),
        ("a.html", b"<div>" * 100_000, "3,000 elements"),
        ("a.html", b"<meta charset=undefined><p>words", "not a known encoding"),
        ("a.zip", b"PK", "damaged"),
        ("a.zip", zipped(**{"../a.txt": "x"}), "not allowed"),
        ("a.zip", zipped(**{"/etc/a.txt": "x"}), "not allowed"),
        ("a.zip", zipped(**{"C:/a.txt": "x"}), "not allowed"),
        ("a.zip", zipped(**{"/".join("abcdefghijklmn") + ".txt": "x"}), "not allowed"),
        ("a.zip", zipped(**{"a.txt": "x" * 5_000_000}), "packed 200 times"),
        ("a.zip", zipped(**{"a.png": "x"}), "no notes"),
        ("a.zip", zipped(**{f"{number}.txt": "x" for number in range(2_001)}), "2,001 files"),
    ],
)
def test_what_cannot_be_read_says_why(name, data, message):
    with pytest.raises(NotesError, match=message):
        read_source(name, data)


def test_deep_html_is_read_without_recursion():
    deep = "<div>" * 2_900 + "word" + "</div>" * 2_900

    assert "word" in read_source("a.html", deep.encode()).text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ipynb", rb'{"cells": [{"cell_type": "markdown", "source": "half \ud83d a pair"}]}'),
        ("a.html", rb"<meta charset=unicode_escape><p>half \ud83d a pair"),
    ],
)
def test_half_of_a_pair_of_surrogates_is_left_out(name, data):
    assert read_source(name, data).text.split() == ["half", "a", "pair"]


def test_a_number_of_thousands_of_digits_is_no_notebook():
    with pytest.raises(NotesError, match="This is not a notebook"):
        read_source("notes.ipynb", b"9" * 5_000)
