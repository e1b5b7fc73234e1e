"""Rules for all templates: nothing inline, nothing long, nothing from other hosts."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
# Emails are not pages: they contain their styles (tests/notices/test_sending.py), and no policy applies.
PAGES = [path for path in TEMPLATES if path.parent.name != "email"]
SCRIPTS = sorted((settings.BASE_DIR / "static/js").glob("*.js"))
STYLES = sorted((settings.BASE_DIR / "static/css").glob("*.css"))
INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\s(on\w+|hx-on[\w:-]*)\s*=", re.IGNORECASE),
    # a link is followed only if somebody clicks it, and only a file to keep has a base
    "another host": re.compile(
        r"""(\b(src|action)|(?<!<a )(?<!<base )\bhref)\s*=\s*["'](https?:)?//""", re.IGNORECASE
    ),
}


TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


def inline(markup: str) -> list[str]:
    """Return the matches of INLINE in a template, ignoring template tags."""
    markup = TAGS.sub("", markup)
    return [what for what, pattern in INLINE.items() if pattern.search(markup)]


def name_of(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


def test_no_template_has_anything_inline_or_from_elsewhere():
    """W7."""
    found = {name_of(path): inline(path.read_text()) for path in PAGES}
    assert found and {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize(
    ("what", "markup"),
    [
        ("script", "<script>alert(1)</script>"),
        ("style", '<p style="color: red">'),
        ("handler", '<p class="a" onclick="f()">'),
        ("handler", '<p hx-on:click="f()">'),
        ("handler", '<li{% if a > 1 %} id="b"{% endif %} onclick="f()">'),
        ("another host", '<img src="//cdn.example.org/a.png">'),
        ("another host", '<link href="https://cdn.example.org/a.css">'),
    ],
)
def test_search_finds_what_is_inline(what, markup):
    assert inline(markup) == [what]


def test_templates_are_short_and_compile():
    assert [name_of(path) for path in TEMPLATES if len(path.read_text().splitlines()) > 120] == []
    for path in TEMPLATES:
        engines["django"].get_template(str(path.relative_to(ROOT)))


def test_scripts_of_our_own_stay_below_10_kilobytes_on_the_wire():
    """Pages for learners never load the editor's scripts."""
    of_staff = {
        "editor.js",
        "gradebook.js",
        "insert.js",
        "notes.js",
        "notes_bring.js",
        "order.js",
        "presence.js",
        "source.js",
    }
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in SCRIPTS}
    assert of_staff < sizes.keys()
    assert sum(size for name, size in sizes.items() if name not in of_staff) < 10_000
    assert sum(sizes.values()) < 24_000


def test_styles_of_the_portal_stay_below_22_kilobytes_on_the_wire():
    """Pages for learners never load those of the staff's pages."""
    of_staff = {"admin.css", "class.css", "editor.css", "gradebook.css", "notes.css", "teaching.css"}
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in STYLES}
    assert of_staff < sizes.keys()
    assert sum(size for name, size in sizes.items() if name not in of_staff) < 22_000
    assert sum(sizes.values()) < 31_000


def test_scripts_evaluate_nothing():
    assert [
        path.name for path in SCRIPTS if re.search(r"\beval\(|new Function|innerHTML", path.read_text())
    ] == []
