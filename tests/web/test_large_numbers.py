"""No number in a URL is so large that it causes a server error."""

import re

import pytest
from django.test import Client

from tests.web.routes import routes
from tests.web.world import make_world

HUGE = "9" * 25  # more than any column holds
A_NUMBER = re.compile(r"<(int:\w+|path:object_id)>|\(\?P<(\w+)>\[0-9\]\+\)|\(\?P<(\w+)>\\d\+\)")


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)  # an error in PostgreSQL would abort the test's transaction
def test_no_number_in_a_url_causes_a_server_error():
    """Each number alone, with valid others, and all of them at once."""
    world = make_world()
    numbered = [route for route in routes() if A_NUMBER.search(route.text)]
    assert {"attempt_of", "revoke_token", "admin:lessons_quiz_history"} <= {route.name for route in numbered}
    wrong = []
    for role in ("learner", "instructor", "administrator"):
        client = Client(raise_request_exception=False)
        client.force_login(world.people[role])
        for route in numbered:
            values = world.values(route)
            names = {found.rpartition(":")[2] for found in names_in(route.text)}
            for huge in [names, *({name} for name in names if len(names) > 1)]:
                address = route.address({**values, **dict.fromkeys(huge, HUGE)})
                for ask in (client.get, client.post):
                    status = ask(address).status_code
                    if status >= 500:
                        wrong.append((role, ask.__name__, address, status))
    assert wrong == []


def names_in(text: str) -> list[str]:
    return ["".join(groups) for groups in A_NUMBER.findall(text)]
