"""The page of notices: what is new, and when emails are sent."""

import pytest
from django.urls import reverse

from portal.notices import actions, choices
from portal.notices.kinds import DAILY, KINDS
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    user = make_user("reader@example.org", time_zone="Europe/London")
    client.force_login(user)
    return user


def ticked(user) -> dict[str, str]:
    return {kind.id: email for kind, email in choices.choices_of(user).items()}


def test_rare_kinds_are_listed_once_a_person_had_one(client, reader):
    assert "Peer review" not in client.get(reverse("notices")).content.decode()
    actions.notify(user=reader, kind="review", text="Reviewed")
    assert "Peer review" in client.get(reverse("notices")).content.decode()


def test_choices_are_saved_for_the_kinds_on_the_page(client, reader):
    form = {**ticked(reader), "grade": DAILY, "meeting": "off", "review": DAILY}
    assert client.post(reverse("choose_mails"), form).url == reverse("notices")
    assert ticked(reader) == {**ticked(reader), "grade": DAILY, "meeting": "off"}
    assert "review" not in ticked(reader)


def test_impossible_choice_is_refused_with_nothing_saved(client, reader):
    before = ticked(reader)
    response = client.post(reverse("choose_mails"), {**before, "grade": DAILY, "meeting": "hourly"})
    assert response.status_code == 422 and ticked(reader) == before
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize(
    ("hours", "error"),
    [
        ({"quiet_from": "22"}, "Choose both hours, or neither."),
        ({"quiet_from": "7", "quiet_until": "7"}, "Choose two different hours."),
        ({"digest_hour": "3"}, "Select a valid choice"),
        ({"quiet_from": "24", "quiet_until": "7"}, "Select a valid choice"),
    ],
)
def test_hours_that_make_no_sense_are_explained(client, reader, hours, error):
    response = client.post(reverse("choose_mail_times"), {"digest_hour": "8", **hours})
    assert response.status_code == 422 and error in response.content.decode()
    assert choices.times_of(reader).pk is None


def test_hours_are_saved_and_can_be_cleared(client, reader):
    client.post(reverse("choose_mail_times"), {"digest_hour": "20", "quiet_from": "0", "quiet_until": "7"})
    times = choices.times_of(reader)
    assert (times.digest_hour, times.quiet_from, times.quiet_until) == (20, 0, 7)
    client.post(reverse("choose_mail_times"), {"digest_hour": "8", "quiet_from": "", "quiet_until": ""})
    assert choices.times_of(reader).quiet_from is None


def test_bell_counts_unread_notices_without_a_query(client, reader, django_assert_num_queries):
    with django_assert_num_queries(3):  # session, user, own course
        assert "new</span></b>" not in client.get(reverse("help")).content.decode()
    actions.notify(user=reader, kind="reply", text="Answered")
    with django_assert_num_queries(3):
        assert '<b>1<span class="vh"> new</span></b>' in client.get(reverse("help")).content.decode()


def test_long_list_is_cut_and_can_be_shown_whole(client, reader):
    for number in range(12):
        actions.notify(user=reader, kind="reply", text=f"Notice {number}.")
    page = client.get(reverse("notices")).content.decode()
    assert "Show all 12" in page and "Notice 0." not in page
    assert "Notice 0." in client.get(reverse("notices"), {"all": ""}).content.decode()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.django_db(transaction=True)
def test_page_works_without_scripts_and_is_accessible(browser, live_server, look):
    user = make_user("reader@example.org")
    actions.notify(user=user, kind="meeting", text="Containers moved to Saturday", link=reverse("help"))
    with open_context(browser, live_server, user, **look()) as context:
        page = context.new_page()
        page.goto(reverse("notices"))
        assert axe_violations(page) == [] and not widens(page)
    with open_context(browser, live_server, user, **look(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(reverse("notices"))
        page.get_by_label(f"{KINDS['grade'].name}: Daily").check()
        page.get_by_role("button", name="Save email settings").click()
        page.get_by_text("Saved.").wait_for()
        page.get_by_role("button", name="Containers moved").click()
        page.wait_for_url("**/help/")
    assert ticked(user)["grade"] == DAILY
    assert user.notices.get().read_at
