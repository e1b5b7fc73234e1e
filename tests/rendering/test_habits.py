"""Habits of authors from other dialects are rendered as meant, or reported at their line; nothing is lost silently."""

import re

import pytest

from lessons.rendering import render, render_fragment, render_inline

from .conftest import resolve

NOTE = '<aside role="note" class="note">\n<p class="note-title">'
TIP, WARNING = (NOTE.replace('class="note"', f'class="note {kind}"') for kind in ("tip", "warning"))
LINK = '<a href="{0}" rel="noopener noreferrer">{0}</a>'

# Source, and the HTML on the page.
RENDERED = {
    "a number at the start of a line": ("see page\n12\\. A", "<p>see page\n12. A</p>"),
    "a mark before the text": ("\ufeff# A", '<h2 id="a">A</h2>'),
    "powers and arguments": ("2**3 and `**a`, \\**b", "<p>2**3 and <code>**a</code>, **b</p>"),
    "code as the words of a link": ("[`git`](lesson:git)", '<p><a href="/courses/mlops/git/"><code>git</code></a></p>'),
    "a pipe in code of a cell": ("|a|b|\n|-|-|\n|x|`ls \\| wc`|", "<td>x</td>\n<td><code>ls | wc</code></td>"),
    "an alert of GitHub": ("> [!NOTE]\n> Text", f"{NOTE}Note</p><p>Text</p>\n</aside>"),
    "a tip": ("> [!TIP]\n> Text", f"{TIP}Tip</p><p>Text"),
    "what is important": ("> [!IMPORTANT]\n> Text", f"{NOTE}Important</p><p>Text"),
    "a warning": ("> [!WARNING]\n> Text", f"{WARNING}Warning</p><p>Text"),
    "a caution": ("> [!caution]\n> Text", f"{WARNING}Caution</p><p>Text"),
    "a callout of Obsidian": ("> [!info]- More *here*\n> Text", f"{NOTE}More <em>here</em></p><p>Text"),
    "an alert in an alert": ("> [!NOTE]\n> a\n>\n> > [!TIP]\n> > b", "<p>b</p>\n</aside>\n</aside>"),
    "a plain quote": ("> Text", "<blockquote>\n<p>Text</p>\n</blockquote>"),
    "a note of MkDocs": ('!!! note "A `title`"\n    Text', f"{NOTE}A <code>title</code></p>\n<p>Text</p>\n</aside>"),
    "a danger of MkDocs": ("!!! danger\n    Text", f"{WARNING}Danger</p>\n<p>Text"),
    "a note without a title": ('!!! note ""\n    Text', '<aside role="note" class="note">\n<p>Text</p>'),
    "a folded note": ("??? tip\n    Text", "<details>\n<summary>Tip</summary>\n<p>Text</p>\n</details>"),
    "an unfolded note": ("???+ tip\n    Text", '<details open="">\n<summary>Tip</summary>'),
    "details": ("<details>\n<summary>A `b`</summary>\n\n- c\n\n</details>\n\nd",
                "<summary>A <code>b</code></summary><ul>\n<li>c</li>\n</ul>\n</details>\n<p>d</p>"),
    "details in one paragraph": ("<details><summary>A</summary>\nb\n</details>",
                                 "<summary>A</summary><p>b</p>\n</details>"),
    "open details in a list": ("- <details open>\n\n  a\n\n  </details>",
                               '<details open="">\n<summary>Details</summary><p>a</p>'),
    "a footnote": ("a[^1]\n\n[^1]: b",
                   '<p>a<sup><a href="#note--1" id="ref--1" aria-label="Footnote 1">1</a></sup></p>'),
    "its text": ("a[^x]\n\n[^x]: b *c*",
                 '<li id="note--1"><p>b <em>c</em> <a href="#ref--1" aria-label="Back to the text">↩'),
    "a footnote in place": ("a^[b]", '<li id="note--1"><p>b <a href="#ref--1"'),
    "an address": ("See https://a.b/c_d_(e).", f"See {LINK.format('https://a.b/c_d_(e)')}."),
    "an address in brackets": ("(https://a.b/c)", f"({LINK.format('https://a.b/c')})"),
    "www": ("www.a.b, and", '<a href="http://www.a.b" rel="noopener noreferrer">www.a.b</a>, and'),
    "a mail address": ("me@a.b", '<a href="mailto:me@a.b">me@a.b</a>'),
    "an address of Git": ("git@a.b:u/r.git", "<p>git@a.b:u/r.git</p>"),
    "an address in code": ("`https://a.b`", "<p><code>https://a.b</code></p>"),
    "an address in a link": ("[https://a.b](lesson:git)", '<p><a href="/courses/mlops/git/">https://a.b</a></p>'),
    "a task": ("* [x] a", '<span class="task-box" role="img" aria-label="Done">'),
    "a definition": ("T\n: d", "<dl>\n<dt>T</dt>\n<dd>d</dd>\n</dl>"),
    "struck out": ("~~a~~", "<s>a</s>"),
    "marked": ("a ==b *c*== d", "a <mark>b <em>c</em></mark> d"),
    "compared": ("x==1 and y == 2 and z==3", "<p>x==1 and y == 2 and z==3</p>"),
    "a break": ("|a|\n|-|\n|b<br>c<br/>d|", "<td>b<br>c<br>d</td>"),
    "a comment": ("a <!-- b --> c", "<p>a  c</p>"),
    "a comment of lines": ("<!-- a\n\nb -->\nc", "<p>c</p>"),
    "a comment of references": ("[//]: # (a)\n\nb", "<p>b</p>"),
    "a named heading": ("## A {#b-c}\n\n[d](#b-c)", '<h2 id="b-c">A</h2>'),
    "a placeholder": ("push to <ADDRESS>", "<p>push to &lt;ADDRESS&gt;</p>"),
    "money and variables": ("$5 and $6, $PATH:$HOME, $A/$B, 5$ or 6$",
                            "<p>$5 and $6, $PATH:$HOME, $A/$B, 5$ or 6$</p>"),
    "what is escaped": ("\\$x^2\\$ \\[\\[a]] \\# b \\~c\\~", "<p>$x^2$ [[a]] # b ~c~</p>"),
    "what is code": ("`$x^2$ [[a]] %% :smile: {{a}} <b> ~c~ [^1]`", "<code>$x^2$ [[a]]"),
    "times and homes": ("10:30:15, a:b:c, ~/a and ~/b, C++ and C++, 2**3",
                        "<p>10:30:15, a:b:c, ~/a and ~/b, C++ and C++, 2**3</p>"),
    "an issue": ("#1 is open", "<p>#1 is open</p>"),
}  # fmt: skip

# Source, the line of its problem, and the message.
PROBLEMS = {
    "seven signs": ("####### x", 1, "A heading starts with one to six #"),
    "a directive": (".. note::\n\n   a", 1, "reStructuredText is not supported"),
    "bold without an end": ("a\nb **c d", 2, "the second ** is missing"),
    "a link without words": ("a [](lesson:git)", 1, "A link without text is invisible"),
    "a link without words below code": ("`a\nb` c\nd [](lesson:git)", 3, "A link without text is invisible"),
    "a formula of brackets below a text": ("a\nb \\\\(x^2\\\\)", 2, "Write a formula as"),
    "a title without quotes": ("[a](https://b.c title)", 1, "Put the title of a link in quotes"),
    "a list from 2 below a text": ("a\n2. b", 2, "line above it. In a sentence, write \\. or \\)."),
    "a control character": ("a\n\x1b[31mb", 2, "This line contains the control character U+001B"),
    "a pipe in code": ("|a|b|\n|-|-|\n|x|`ls | wc`|", 3, r"This row has 3 cells, but the table has 2"),
    "a pipe in a quoted table": ("> |a|b|\n> |-|-|\n> |x|y|z|", 3, "This row has 3 cells, but the table has 2"),
    "a pipe in a table of a list": ("- |a|b|\n  |-|-|\n  |x|y|z|", 3, "This row has 3 cells, but the table has 2"),
    "a pipe without outer ones": ("a|b\n-|-\nx|y|z", 3, "This row has 3 cells, but the table has 2"),
    "a pipe in the first row": ("|a|`b | c`|\n|-|-|\n|x|y|", 2, "its first line has 3 cells, its second line 2"),
    "a table without a rule": ("|a|b|\n|x|y|", 1, "This is not a table. Its second line must be |---|---|"),
    "a file": ("a\n[b](x/09-svn.md#c)", 2, "x/09-svn.md#c leads nowhere"),
    "a file of another kind": ("[b](notes.txt)", 1, "notes.txt leads nowhere"),
    "an address without https": ("[b](example.com/x)", 1, "Write https:// before it"),
    "a picture": ("![a](images/a.png)", 1, "images/a.png: there is no such image"),
    "a footnote without a text": ("a[^1]", 1, "“[^1]”: This footnote has no text"),
    "a text without a footnote": ("a\n\n[^1]: b", 3, "Nothing refers to this footnote. Write [^1]"),
    "a footnote with two texts": ("a[^1]\n\n[^1]: b\n\n[^1]: c", 5, "The footnote “1” is already defined"),
    "an unknown alert": ("> [!FOO]\n> a", 1, "“[!FOO]” is not a kind of note"),
    "an alert without a text": ("> [!NOTE]", 1, "“[!NOTE]” has no text"),
    "an alert outside a quote": ("[!NOTE]\na", 1, "Start each line of the note with >"),
    "a note without a text": ("!!! note\na", 1, "“!!! note” has no text. Indent its text by four spaces."),
    "a note of no kind": ("!!! foo\n    a", 1, "“!!! foo” is not a kind of note"),
    "details that are not closed": ("a\n\n<details>\n\nb", 3, "<details> is not closed"),
    "details closed elsewhere": ("<details>\n\n- a\n</details>", 1, "<details> is not closed"),
    "details that were not opened": ("a\n\n</details>", 3, "</details> has no <details> to close"),
    "an open fence": ("a\n\n```bash\nb", 3, "The code block that starts here is not closed. End it with the line ```"),
    "a fence closed by others": ("~~~~\na\n~~~", 1, "End it with the line ~~~~"),
    "a fence left open in a list": ("- ```\n  a\n\nb", 1, "The code block that starts here is not closed"),
    "mermaid": ("```mermaid\na\n```", 1, "Write a diagram in a ::: flow block"),
    "a formula in a fence": ("```katex\na\n```", 1, "Write a formula in a ```math block"),
    "a formula": ("a\nb $x^2$", 2, "“$x^2$”: Write a formula as"),
    "a letter as a formula": ("where $n$ is", 1, "“$n$”: Write a formula as"),
    "a formula in a block": ("$$\nx\n$$", 1, "“$$”: Write a formula as"),
    "a formula in brackets": ("\\(x^2\\)", 1, "Write a formula as"),
    "HTML": ("a <b>c</b>", 1, "“<b>”: HTML is shown as text"),
    "an image in HTML": ('<img src="a.png" width="3">', 1, "HTML is shown as text"),
    "an open comment": ("a\n\n<!-- b", 3, "This comment is not closed"),
    "a wiki link": ("[[sdlc]]", 1, "Write a link as [words](lesson:slug)"),
    "an embedded picture": ("![[a.png]]", 1, "an image as ![words](address)"),
    "a comment of Obsidian": ("%% a %%", 1, "Write <!-- comment -->"),
    "a highlighted change": ("{++a++}", 1, "Change marks are not supported"),
    "a single tilde": ("~a~", 1, "Use ~~two tildes~~ to strike text through"),
    "a lowered sign": ("H~2~O", 1, "Superscript and subscript are not supported"),
    "a raised sign": ("m^2^", 1, "Superscript and subscript are not supported"),
    "keys": ("++ctrl+c++", 1, "This is not supported"),
    "an emoji": (":smile:", 1, "Type the emoji itself"),
    "an icon": (":material-check:", 1, "Type the emoji itself"),
    "attributes": ("[a](lesson:git){.button}", 1, "Attributes in braces are not supported"),
    "attributes of a heading": ("## A {.b}", 1, "Attributes in braces are not supported"),
    "an id that no heading has": ("## A {#b--c}", 1, "The heading can’t have the ID “b--c”"),
    "a template": ("{{ a }}", 1, "Template tags are not supported"),
    "a table of contents": ("[TOC]", 1, "The page lists its headings automatically"),
    "a snippet": ('--8<-- "a.md"', 1, "Other files are not included"),
    "an abbreviation": ("*[HTML]: a", 1, "Abbreviations are not supported"),
    "tabs": ('=== "Linux"\n\n    a', 1, "Tabs are not supported"),
    "a heading without a blank": ("a\n\n##B", 3, "A heading needs a space after #"),
    "bold with a blank": ("** a **", 1, "This is not bold"),
    "a bullet": ("• a", 1, "Start a list item with - and a space"),
    "a task without a blank": ("- []a", 1, "Write a task as - [ ] text"),
    "a link with a blank": ("[a](b c)", 1, "This is not a link."),
    "a link in two parts": ("[a] (https://b.c)", 1, "This is not a link."),
    "a reference without its line": ("[a][b]", 1, "This link is not defined"),
    "a line without its reference": ("[Tip]: Use", 1, "Nothing uses the link [TIP]"),
    "two lines of one reference": ("[a]\n\n[a]: lesson:git\n[a]: lesson:git", 4, "This link is already defined above"),
    "a footnote of two words": ("a[^b c]", 1, "“[^b c]”: This footnote has no text"),
    "a link without an address": ("a\n[b]()", 2, "This link has no address"),
    "front matter": ("---\ntitle: a\n---\n\nb", 1, "Front matter is not read here"),
}  # fmt: skip


def test_what_authors_type_from_habit_is_rendered_as_they_mean_it(page):
    found = {name: (page(source).html, page(source).problems) for name, (source, _) in RENDERED.items()}
    assert {name: html for name, (html, _) in found.items() if RENDERED[name][1] not in html} == {}
    assert {name: problems for name, (_, problems) in found.items() if problems} == {}


def test_what_cannot_be_rendered_is_a_problem_at_its_line(page):
    found = {name: page(source).problems for name, (source, _, _) in PROBLEMS.items()}
    missing = {
        name: problems
        for name, problems in found.items()
        if not any(item.line == PROBLEMS[name][1] and PROBLEMS[name][2] in item.message for item in problems)
    }
    assert missing == {}


SYNTAX = re.compile(
    r"<!--.*?-->|^\[//\].*|[?!:`~]{3,}\+? ?\w+|\[!\w+\]|</?\w[^>]*>|\]\(.*?\)|\{.*?\}",
    re.DOTALL | re.MULTILINE,
)


def test_nothing_typed_is_lost_silently(page):
    """Each word of a source is on the page or reported; only comments may disappear."""
    lost = {}
    for name, (source, *_) in {**RENDERED, **PROBLEMS}.items():
        rendered = page(source)
        words = re.findall(r"[A-Za-z]{3,}", SYNTAX.sub(" ", source))
        if not rendered.problems and (gone := [word for word in words if word not in rendered.html]):
            lost[name] = gone
    assert lost == {}


def test_footnote_used_twice_leads_back_to_both_places(page):
    html = page("a[^1] b[^1]\n\n[^1]: c").html
    assert re.findall(r' id="([^"]+)"', html) == ["ref--1", "ref--1-2", "note--1"]
    assert re.findall(r'href="#([^"]+)"', html) == ["note--1", "note--1", "ref--1", "ref--1-2"]


def test_footnotes_of_a_fragment_have_no_ids_as_a_page_may_hold_several():
    html = render_fragment("a[^1]\n\n[^1]: b", link=resolve)
    assert "<sup>1</sup>" in html
    assert " id=" not in html
    assert render_inline("a^[b] [^1]", link=resolve) == "a^[b] [^1]"


def test_file_beside_a_lesson_leads_to_the_lesson():
    def link(kind, slug, fragment):
        return f"/{slug}/#{fragment}" if (kind, slug) == ("file", "../one/02 sdlc.md") else None

    rendered = render("[a](<../one/02 sdlc.md#b>)", link=link)
    assert (rendered.html, rendered.problems) == ('<p><a href="/../one/02 sdlc.md/#b">a</a></p>\n', [])


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    ["http:", "http://a.b ", "www.", "a@", "==a ", "==a== ", "<!--", "<!-- x -->", "[^a", "^[a", "[^1]: a\n\n",
     "!!! note\n",
     "!!! note\n    a\n\n", "> [!NOTE]\n", "T\n: d\n\n", ": ", "<details>\n\n", "<details>\n\na\n\n</details>\n\n",
     "$____",
     "~a~ ", ":a", "{#a", "[a][b] ", "](", "**a **", "|", "|a\n", "```\n", "\\(x^", "[a](b.md) ", "[a]: b\n", "(((("],
)  # fmt: skip
@pytest.mark.heavy
def test_long_text_of_these_characters_is_rendered_and_bounded(page, unit):
    """One renderer that was tried took 43 s for a repeated `http:`."""
    source = unit * (60_000 // len(unit)) if unit.count("[") == 0 else unit * (4_000 // unit.count("["))
    rendered = page(source)
    assert len(rendered.html.encode()) <= 50 * len(source)
    assert sum(len(problem.message) for problem in rendered.problems) <= 10 * len(source)
