import pytest

from lessons.texts.problem import Problem


@pytest.mark.parametrize(
    ("name", "classes"), [("note", "note"), ("tip", "note tip"), ("warning", "note warning")]
)
def test_admonition_is_an_aside_with_its_keyword_as_title(page, name, classes):
    assert page(f"::: {name}\nText.\n:::").html == (
        f'<aside role="note" class="{classes}">\n<p class="note-title">{name.title()}</p><p>Text.</p>\n</aside>\n'
    )


def test_admonition_may_have_a_title_of_inline_markdown(page):
    assert '<p class="note-title">Try <code>it</code> now</p>' in page("::: tip Try `it` now\na\n:::").html


def test_admonition_contains_blocks_and_other_admonitions(page):
    html = page(":::: note\n- a\n\n::: tip\nb\n:::\n\nc\n::::\n\nd").html
    assert (
        html.index("<li>")
        < html.index('<aside role="note" class="note tip">')
        < html.index("</aside>")
        < html.index("<p>c</p>")
    )
    assert html.endswith("</aside>\n<p>d</p>\n")


@pytest.mark.parametrize(
    "source", ["::: note\nb", "::: checklist\n- [ ] a {#a}", "::: flow\na -> b", "::: note"]
)
def test_block_that_is_not_closed_is_a_problem_at_its_first_line(page, source):
    assert page(f"a\n\n{source}").problems == [
        Problem(3, "", "The block is not closed. End it with the line :::")
    ]


@pytest.mark.parametrize(
    "source", ["> ::: note\n> b\n> :::", "- a\n\n  ::: flow\n  a -> b\n  :::\n", "::: note\n:::"]
)
def test_closed_block_that_is_nested_or_empty_is_not_a_problem(page, source):
    assert page(source).problems == []


def test_unknown_block_is_shown_as_written_and_is_a_problem(page):
    rendered = page("a\n\n::: hint Look\n*b*\n:::\n\nc")
    assert "<span>::: hint Look</span>" in rendered.html
    assert "<code>*b*\n</code>" in rendered.html
    assert rendered.html.endswith("<p>c</p>\n")
    names = "note, tip, warning, checklist, flow, video, objectives, key-points, minutes or staff"
    message = f"“::: hint Look” does not open a block. After the colons, write {names}."
    assert rendered.problems == [Problem(3, "", message)]


def test_a_video_is_a_card_that_names_its_host_and_loads_nothing(page):
    rendered = page("::: video\n[Git in *five* minutes](https://www.youtube.com/watch?v=x&t=3)\n:::")
    assert rendered.html == (
        '<p class="video"><a href="https://www.youtube.com/watch?v=x&amp;t=3" rel="noopener noreferrer">'
        'Git in <em>five</em> minutes</a><span class="video-host">Video, opens YouTube</span></p>'
    )
    assert rendered.verdict.errors == rendered.verdict.warnings == []


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://youtu.be/x", "YouTube"),
        ("https://vimeo.com/1", "Vimeo"),
        ("https://media.ccc.de/v/x", "media.ccc.de"),
        ("https://www.example.org:8443/x.mp4", "example.org"),
    ],
)
def test_a_video_may_be_anywhere(page, address, host):
    assert f"Video, opens {host}</span>" in page(f"::: video\n[A talk]({address})\n:::").html


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "https://youtu.be/x",
        "[A](http://youtu.be/x)",
        "[A](javascript:alert(1))",
        "[A](https://youtu.be/x) [B](https://youtu.be/y)",
        "[](https://youtu.be/x)",
        "[A](https://)",
        "[A](https://[::1)",
        "[A](lesson:git)",
        "<iframe src=https://youtu.be/x></iframe>",
    ],
)
def test_a_video_block_with_anything_else_is_a_problem_at_its_line(page, inside):
    rendered = page(f"a\n\n::: video\n{inside}\n:::")
    [problem] = rendered.problems
    assert (problem.line, "Write one link in the block" in problem.message) == (3, True)
    assert "<a " not in rendered.html


@pytest.mark.parametrize("source", ["> :::\n>", "> ::: note\n> ", "> :::\n> ::: staff"])
def test_a_last_line_may_have_nothing_after_its_mark(page, source):
    assert page(source).html.startswith("<blockquote>")
