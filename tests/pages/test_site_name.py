"""The site name comes from a setting and course names from their rows; templates contain neither."""

import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.template.loader import get_template
from django.urls import reverse
from ruamel.yaml import YAML

from portal.accounts.models import User
from tests.factories import make_lesson, make_quiz, make_session
from tests.quiz_pages.examples import quiz_source

NAME, SHOWN = "Kurse & <mehr>", "Kurse &amp; &lt;mehr&gt;"
TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.DOTALL)
HEADER = re.compile(r'<(?:a|h1|div)[^>]*(?:class="brand"|id="site-name")[^>]*>.*?</(?:a|h1|div)>', re.DOTALL)
ROOT = Path(configured.BASE_DIR)
TEXTS = (".html", ".txt", ".js", ".css", ".svg")


@pytest.mark.django_db
def test_title_and_header_of_each_page_name_the_site(client, settings, cast):
    settings.SITE_NAME = NAME
    lesson = make_lesson(make_session(cast.lab.course))
    quiz = make_quiz(quiz_source(), lesson)
    everybody = ["/", *map(reverse, ("account_login", "account_signup", "account_reset_password", "help"))]
    of_learner = ["/", reverse("settings"), lesson.get_absolute_url(), quiz.get_absolute_url(), "/nowhere/"]
    of_learner += [cast.lab.get_absolute_url(), cast.grade().get_absolute_url()]
    of_staff = [reverse("admin:index"), reverse("admin:labs_lab_changelist")]
    administrator = User.objects.create_superuser("admin@example.org")
    pages = {
        name: get_template(name).render({"site_name": NAME}) for name in ("500.html", "unavailable.html")
    }
    for user, addresses in ((None, everybody), (cast.learner.user, of_learner), (administrator, of_staff)):
        client.logout()
        if user:
            client.force_login(user)
        pages |= {f"{address} {user}": client.get(address).content.decode() for address in addresses}
    nameless = [address for address, page in pages.items() if not names_the_site(page)]
    assert nameless == []


def names_the_site(page: str) -> bool:
    title, header = TITLE.search(page), HEADER.search(page)
    return bool(title and header) and title[1].endswith((SHOWN, f"{SHOWN} staff")) and SHOWN in header[0]


def test_no_template_names_a_course():
    courses = [YAML(typ="safe").load(path.read_text()) for path in ROOT.glob("courses/*/course.yaml")]
    names = {course[key].casefold() for course in courses for key in ("title", "slug")}
    assert "mlops edu" in names
    texts = [path for folder in ("templates", "static") for path in (ROOT / folder).rglob("*")]
    texts += [path for app in ("labs", "lessons", "portal") for path in (ROOT / app).rglob("templates/**/*")]
    read = {path: path.read_text("utf-8").casefold() for path in texts if path.suffix in TEXTS}
    assert len(read) > 60
    assert {str(path): name for path, text in read.items() for name in names if name in text} == {}
