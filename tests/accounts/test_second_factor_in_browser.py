"""Passkeys in Chromium, under a policy that allows nothing inline, and the layout of the pages around them."""

import pytest
from playwright.sync_api import expect

from portal.accounts.roles import Job, appoint
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
LOOKED_AT = ("/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/account/tokens/")


@pytest.fixture
def staff(settings):
    settings.STAFF_SECOND_FACTOR = True
    user = appoint(email="teacher@example.org", job=Job.ADMINISTRATOR)
    user.set_password(PASSWORD)
    user.save()
    return user


def with_virtual_key(page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def look_at(page, address: str, faults: list[str]) -> None:
    for look in (small_dark(), wide_light()):
        page.set_viewport_size(look["viewport"])
        page.emulate_media(color_scheme=look["color_scheme"])
        page.goto(address)
        faults += [f"{address}: {fault}" for fault in axe_violations(page)]
        faults += [f"{address} scrolls sideways"] if widens(page) else []


def test_staff_set_up_a_passkey_and_sign_in_with_it(browser, live_server, staff):
    context = open_context(browser, live_server)
    page, complaints, faults = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    with_virtual_key(page)

    page.goto("/staff/")
    page.get_by_label("Email").fill(staff.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Sign in with it instead of your password").check()
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I’ve saved the codes").click()
    expect(page).to_have_url(f"{live_server.url}/staff/")

    for address in (*LOOKED_AT, "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/"):
        look_at(page, address, faults)
    page.goto("/account/settings/")
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/?next=/staff/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{live_server.url}/staff/")

    page.goto("/account/settings/")
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/?next=/staff/")
    page.get_by_label("Email").fill(staff.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    faults += axe_violations(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{live_server.url}/staff/")
    assert (complaints, faults) == ([], [])
    context.close()


def test_passkey_that_the_browser_refuses_is_reported_in_words(browser, live_server, db):
    """Without an authenticator, the button shows the reason instead of doing nothing."""
    context = open_context(browser, live_server)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey wasn’t used")
    context.close()
