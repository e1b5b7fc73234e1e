from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.notices import actions
from portal.notices.models import Notice
from tests.factories import make_learner, make_user

pytestmark = pytest.mark.django_db


def send(user, text="Regraded", **fields) -> Notice:
    return actions.notify(user=user, kind="regrade", text=text, **fields)


def test_new_notices_are_on_the_home_page_until_they_are_opened(client):
    user = make_learner().user
    client.force_login(user)
    first, _ = send(user, "First <i>", link=reverse("help")), send(user, "Second")
    home = client.get("/").content.decode()
    assert "2 new notices" in home and "First &lt;i&gt;" in home
    opened = client.post(reverse("open_notice", args=[first.pk]))
    assert opened.url == reverse("help")
    assert "1 new notice<" in client.get("/").content.decode()
    client.post(reverse("notices"))
    assert "new notice" not in client.get("/").content.decode()
    assert "Nothing new" in client.get(reverse("notices")).content.decode()


def test_notices_of_a_person_are_bounded_and_expire(settings, monkeypatch):
    user, other = make_user(), make_user()
    kept = send(other)
    monkeypatch.setattr(actions, "MAX_KEPT", 3)
    for number in range(5):
        send(user, f"Notice {number}")
    assert [notice.text for notice in user.notices.all()] == ["Notice 4", "Notice 3", "Notice 2"]
    oldest = timezone.now() - timedelta(days=settings.NOTICE_DAYS)
    user.notices.filter(text="Notice 2").update(created_at=oldest - timedelta(minutes=1))
    assert actions.remove_old(oldest) == 1
    assert set(Notice.objects.values_list("text", flat=True)) == {"Notice 4", "Notice 3", kept.text}


@pytest.mark.parametrize("count", [1, 30])
def test_notices_to_many_are_bounded_and_take_few_queries(monkeypatch, django_assert_num_queries, count):
    monkeypatch.setattr(actions, "MAX_KEPT", 2)
    people = [make_user() for _ in range(count)]
    for user in people:
        send(user, "Old"), send(user, "Older than the next one")
    texts = {user.pk: f"For {user.email}" for user in people}
    with django_assert_num_queries(
        7
    ):  # two for the transaction, emails, notices, those beyond the bound, their end
        actions.notify_all(texts=texts, kind="meeting", link=reverse("help"))
    for user in people:
        assert [each.text for each in user.notices.all()] == [f"For {user.email}", "Older than the next one"]


@pytest.mark.parametrize("link", ["https://example.org", "//example.org", "javascript:alert(1)"])
def test_link_to_somewhere_else_is_refused(link):
    with pytest.raises(ValueError, match="not a path"):
        send(make_user(), link=link)


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="'gossip' is not a kind of notice"):
        actions.notify(user=make_user(), kind="gossip", text="Regraded")


def test_long_text_is_cut():
    assert len(send(make_user(), "x" * 400).text) == 300


def test_list_takes_the_same_queries_for_many(client, django_assert_num_queries):
    user = make_user()
    client.force_login(user)
    send(user)
    client.get(reverse("notices"))
    with django_assert_num_queries(7) as one:
        client.get(reverse("notices"))
    for _ in range(9):
        send(user)
    with django_assert_num_queries(len(one.captured_queries)):
        client.get(reverse("notices"))
