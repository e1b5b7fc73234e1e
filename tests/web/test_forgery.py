"""W28: requests that change something need the CSRF token that only our own pages contain."""

import pytest
from django.test import Client

from portal.accounts.models import User
from tests.factories import make_cohort, make_course, make_user
from tests.web.access_table import one_of_each_row
from tests.web.routes import routes
from tests.web.world import make_world

pytestmark = pytest.mark.django_db

EXEMPT = {
    "lab_report",  # as git's addresses
    *("github_hook", "github_course_hook", "github_app"),  # GitHub signs its messages
    "unsubscribe",  # its token, which a mail program sends without a cookie, opens nothing else
    "theme",  # it changes a colour and nothing else, and a token would make every anonymous page different
    *(
        "practice_refs",
        "practice_fetch",
        "practice_push",
        "practice_staff_refs",
        "practice_staff_fetch",
    ),  # Git sends a token, and has no cookie that could be misused
}


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("asked", [one_of_each_row, pytest.param(routes, marks=pytest.mark.heavy)])
def test_forged_form_is_refused_wherever_it_could_do_harm(client, tmp_path, settings, asked):
    """W28."""
    settings.PRACTICE_ROOT = tmp_path
    world = make_world()
    client.force_login(world.administrator)
    let_in = set()
    for route in asked():
        response = client.post(route.address(world.values(route)), {"post": "yes", "name": "Forged"})
        if not (response.status_code == 403 and b"This page has expired" in response.content):
            let_in.add(route.name)
    assert let_in == EXEMPT
    assert not User.objects.filter(name="Forged").exists()


def test_exempt_views_ignore_the_session(client, tmp_path, settings):
    """Git's URLs need a token whoever is signed in, and the theme belongs to the browser."""
    settings.PRACTICE_ROOT = tmp_path
    client.force_login(make_user(is_superuser=True))
    assert client.post("/git/a/b.git/git-receive-pack").status_code == 401
    assert client.post("/theme/", {"theme": "dark"}).cookies.keys() == {"theme"}


def test_right_token_from_another_site_is_refused(client):
    client.force_login(make_user())
    code = make_cohort(make_course()).invite_code
    client.get("/join/")
    form = {"code": code, "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/join/", form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/join/", form, headers={"Origin": "http://testserver"}).status_code == 302
