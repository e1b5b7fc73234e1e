"""A token of the settings page in the hands of git itself."""

import re

import pytest
from django.test import Client

from labs.addresses import practice_address
from labs.models import AccessToken, Receipt
from tests.factories import make_lab, make_learner
from tests.labs.conftest import PASSABLE, practice  # noqa: F401 - a fixture
from tests.labs.git_client import Clone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("practice")]
PAGE = "/account/settings/"


def test_named_token_pushes_shows_its_last_use_and_ends_when_it_is_revoked(tmp_path):
    learner = make_learner()
    lab = make_lab(learner.course, source=PASSABLE)
    client = Client()
    client.force_login(learner.user)
    created = client.post("/account/tokens/", {"name": "Laptop"}).content.decode()
    token = re.search(r"[\w-]{43}", re.search(r"<pre.*?</pre>", created, re.DOTALL)[0])[0]
    row = AccessToken.objects.get()
    assert token not in (row.digest, row.name)
    assert "Never used." in client.get(PAGE).content.decode()
    clone = Clone(tmp_path / "work", practice_address(lab, token))
    clone.commit()
    code, said = clone.push()
    assert code == 0, said
    assert Receipt.objects.count() == 1
    page = client.get(PAGE).content.decode()
    assert "Laptop" in page
    assert "Last used " in page
    assert token not in page
    client.post(f"/account/tokens/{row.pk}/revoke/", {"next": "settings"})
    clone.commit("Add a second commit")
    code, said = clone.push()
    assert code != 0
    assert Receipt.objects.count() == 1
