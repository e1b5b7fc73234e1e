import pytest

from lessons.texts.problem import Problem


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("lesson:git", "/courses/mlops/git/"),
        ("lesson:git#commit", "/courses/mlops/git/#commit"),
        ("quiz:git", "/courses/mlops/quizzes/git/"),
        ("LAB:git", "/courses/mlops/labs/git/"),
        ("mailto:help@example.org", "mailto:help@example.org"),
        ("/progress/", "/progress/"),
        ("?page=2", "?page=2"),
    ],
)
def test_a_link_gets_the_url_of_its_target(page, target, address):
    rendered = page(f"[x]({target})")
    assert rendered.html == f'<p><a href="{address}">x</a></p>\n'
    assert rendered.problems == []


@pytest.mark.parametrize("address", ["https://example.org/a?b=1", "http://example.org/"])
def test_link_to_the_web_sends_no_referrer(page, address):
    assert page(f"[x]({address})").html == f'<p><a href="{address}" rel="noopener noreferrer">x</a></p>\n'


def test_autolink_and_reference_are_links_too(page):
    html = page("<https://example.org/> [x][r]\n\n[r]: lesson:git").html
    assert '<a href="https://example.org/" rel="noopener noreferrer">https://example.org/</a>' in html
    assert '<a href="/courses/mlops/git/">x</a>' in html


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lesson:svn", "lesson:svn leads nowhere: there is no such lesson."),
        ("lesson:git#push", "lesson:git#push leads nowhere: there is no such lesson or heading."),
        ("quiz:svn", "quiz:svn leads nowhere: there is no such quiz."),
        ("#nowhere", "#nowhere leads nowhere: no heading on this page has that ID."),
    ],
)
def test_link_that_leads_nowhere_stays_as_text_and_is_a_problem(page, target, message):
    rendered = page(f"[*x*]({target})")
    assert rendered.html == "<p><em>x</em></p>\n"
    assert rendered.problems == [Problem(1, "", message)]


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org"]
)
def test_link_with_another_scheme_stays_as_text_and_is_a_problem(page, target):
    rendered = page(f"[x]({target})")
    assert rendered.html == "<p>x</p>\n"
    assert rendered.problems[0].message.startswith(f"{target}: a link must start with https:")


def test_only_the_refused_one_of_two_links_is_lost(page):
    assert page("[a](lesson:svn) [b](lesson:git)").html == '<p>a <a href="/courses/mlops/git/">b</a></p>\n'


def test_link_to_a_heading_of_this_page_stays(page):
    rendered = page("[up](#übung)\n\n## Übung")
    assert 'href="#%C3%BCbung"' in rendered.html
    assert rendered.problems == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n\nb\nc [x](lesson:svn)", 4),
        ("- a\n- [x](lesson:svn)", 2),
        ("|a|\n|-|\n|[x](lesson:svn)|", 3),
        ("> a\n> [x](lesson:svn)", 2),
        ("::: note [x](lesson:svn)\na\n:::", 1),
        ("::: checklist\n\n- [ ] [x](lesson:svn) {#a}\n:::", 3),
    ],
)
def test_problem_names_the_line_of_the_link(page, source, line):
    assert [problem.line for problem in page(source).problems] == [line]


@pytest.mark.parametrize("address", ["https://example.org/a.png", "images/a.png", "/media/images/a.png"])
def test_image_keeps_url_alt_text_and_title(page, address):
    assert (
        page(f'![A graph]({address} "T")').html == f'<p><img src="{address}" alt="A graph" title="T"></p>\n'
    )


@pytest.mark.parametrize(
    "address", ["http://example.org/a.png", "data:image/png;base64,AA", "//example.org/a.png"]
)
def test_image_with_another_scheme_is_replaced_by_its_alt_text(page, address):
    rendered = page(f"![A graph]({address})")
    assert rendered.html == "<p>A graph</p>\n"
    assert rendered.problems == [
        Problem(1, "", f"{address}: the address of an image must start with https: or be relative.")
    ]


def test_image_without_alt_text_is_left_out_and_is_a_problem(page):
    rendered = page("a\n![](b.png)")
    assert rendered.html == "<p>a\n</p>\n"
    assert rendered.problems == [Problem(2, "", "b.png: say what the image shows: ![What it shows](b.png).")]
