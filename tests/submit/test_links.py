"""Evidence leads to the exact commit on github.com, if the repository is there."""

from dataclasses import replace

import pytest

from labs.reports.verdict import file_address, place
from tests.reports import SEEN_AT
from tests.submit.conftest import submitted, text_of

PAGES = "https://github.com/octocat/billing"
COMMIT = SEEN_AT.commit


def test_place_has_urls_of_its_commit_and_of_its_line():
    found = place(SEEN_AT, PAGES)
    assert found.commit_address == f"{PAGES}/commit/{COMMIT}"
    assert found.file_address == f"{PAGES}/blob/{COMMIT}/README.md?plain=1#L2"


def test_place_elsewhere_has_none():
    found = place(SEEN_AT)
    assert (found.commit_address, found.file_address) == ("", "")


@pytest.mark.parametrize(
    ("path", "line", "address"),
    [
        ("docs/a b#c?.md", None, f"{PAGES}/blob/{COMMIT}/docs/a%20b%23c%3F.md?plain=1"),
        ("résumé.md", 1, f"{PAGES}/blob/{COMMIT}/r%C3%A9sum%C3%A9.md?plain=1#L1"),
        ('"><script>', 1, f"{PAGES}/blob/{COMMIT}/%22%3E%3Cscript%3E?plain=1#L1"),
        ("bytes\\xff.md", 1, ""),
        ("long…", 1, ""),
        ("", 1, ""),
    ],
)
def test_path_is_quoted_or_not_linked_if_it_is_not_shown_unchanged(path, line, address):
    assert file_address(PAGES, COMMIT, path, line) == address


def test_place_without_a_commit_is_not_linked():
    assert place(replace(SEEN_AT, commit=None), PAGES).file_address == ""


@pytest.mark.django_db
def test_page_of_a_submission_links_evidence_and_head(page, github, cast):
    submission = cast.grade(submitted(page.grade(github.commit)), readme="needs_work")
    text = text_of(page.client.get(submission.get_absolute_url()))
    assert f'<a href="{PAGES}/blob/{COMMIT}/README.md?plain=1#L2"><code>README.md</code>, line 2</a>' in text
    assert f'<a href="{PAGES}/commit/{COMMIT}">commit <code>9f3c2e1</code></a>' in text
    assert f'<a href="{PAGES}/commit/{github.commit}">' in text


@pytest.mark.django_db
def test_pages_of_pushes_and_other_hosts_link_to_no_commit_or_file(page, github, cast, settings):
    settings.REPOSITORY_HOSTS = ["git.example.org"]
    pushed = cast.grade(readme="needs_work")
    address = "https://git.example.org/octocat/billing"
    elsewhere = cast.grade(submitted(page.grade(github.commit, address=address)), readme="needs_work")
    for submission in (pushed, elsewhere):
        text = text_of(page.client.get(submission.get_absolute_url()))
        assert "<code>README.md</code>, line 2" in text
        assert "/commit/" not in text and "/blob/" not in text
