"""Whoever links first wins: one account on GitHub for each person, and the other way round, on both databases."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories import make_user
from tests.servers import in_threads

pytestmark = pytest.mark.heavy


@pytest.mark.parametrize("is_one_person", [True, False])
def test_of_many_links_at_the_same_moment_one_is_stored(database, is_one_person):
    people = [make_user() for _ in range(4)]

    def link(number: int) -> bool:
        user, uid = (people[0], number) if is_one_person else (people[number], 7)
        try:
            SocialAccount.objects.create(user=user, provider="github", uid=str(uid))
        except IntegrityError:
            return False
        return True

    assert sorted(in_threads(database, link, 4)) == [False, False, False, True]
    assert SocialAccount.objects.count() == 1


def test_migration_keeps_the_first_link_of_each_person(database):
    call_command("migrate", "accounts", "0009", verbosity=0)
    old = MigrationExecutor(connection).loader.project_state([("accounts", "0009_github_accounts")]).apps
    people = [old.get_model("accounts", "User").objects.create(email=f"{n}@example.org").pk for n in range(2)]
    for number, user in enumerate([*people, people[0]]):
        SocialAccount.objects.create(user_id=user, provider="github", uid=str(number))
    call_command("migrate", "accounts", verbosity=0)
    links = SocialAccount.objects.order_by("pk").values_list("user", "uid")
    assert list(links) == [(people[0], "0"), (people[1], "1")]
