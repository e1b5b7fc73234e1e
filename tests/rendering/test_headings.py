import re

import pytest


def ids(rendered) -> list[str]:
    return [id_ for _, id_, _ in rendered.contents]


def test_heading_has_an_id_and_a_link_after_it(page):
    assert page("## Why root is *bad*").html == (
        '<div class="heading"><h2 id="why-root-is-bad">Why root is <em>bad</em></h2>'
        '<a class="anchor" href="#why-root-is-bad" aria-label="Link to this heading: Why root is bad">#</a></div>\n'
    )


def test_h1_becomes_h2_also_at_the_end_of_the_page(page):
    html = page("# First\n\ntext\n\n# Last").html
    assert "h1" not in html
    assert len(re.findall("</?h2", html)) == 4


def test_table_of_contents_has_level_id_and_title_of_h2_and_h3_only(page):
    rendered = page("## Set-up `git`\n\n### Linux\n\n#### Debian")
    assert rendered.contents == [(2, "set-up-git", "Set-up git"), (3, "linux", "Linux")]
    assert "<h4>Debian</h4>" in rendered.html


def test_equal_headings_get_different_ids(page):
    assert ids(page("## A\n\n## A\n\n## A")) == ["a", "a-2", "a-3"]


def test_numbered_id_does_not_clash_with_a_heading_of_that_name(page):
    found = ids(page("## A 2\n\n## A\n\n## A\n\n## A 2"))
    assert found[:3] == ["a-2", "a", "a-3"]
    assert len(set(found)) == 4


@pytest.mark.parametrize("name", ["main", "live", "run", "contents"])
def test_heading_never_takes_an_id_of_the_page(page, name):
    assert ids(page(f"## {name.title()}")) == [f"{name}-2"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("CI/CD: what & why?", "ci-cd-what-why"),
        ("Übung", "übung"),
        ("ﬁle", "file"),
        ("???", "section"),
        ("", "section"),
    ],
)
def test_id_is_readable(page, title, slug):
    assert ids(page(f"## {title}")) == [slug]


def test_setext_heading_over_two_lines_is_one_title(page):
    assert page("One\ntwo\n---").contents == [(2, "one-two", "One two")]
