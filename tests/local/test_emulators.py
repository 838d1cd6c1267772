"""The emulators that the other tests stand on. Fed by tests/conftest.py."""

from typing import TYPE_CHECKING

import pytest

from local import http_json
from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator

if TYPE_CHECKING:
    from google.cloud.firestore import Client
    from playwright.sync_api import Browser


def test_the_firestore_emulator_keeps_what_it_is_given(firestore_client: "Client") -> None:
    firestore_client.document("bots/one").set({"name": "first"})
    assert firestore_client.document("bots/one").get().to_dict() == {"name": "first"}


def test_a_test_starts_with_an_empty_database(firestore_client: "Client") -> None:
    assert not list(firestore_client.collections())


def test_a_user_signs_in_with_the_password_given_last(auth_emulator: AuthEmulator) -> None:
    auth_emulator.create_user("a@lockstep.test", "first-password", "user-a")
    auth_emulator.create_user("a@lockstep.test", "second-password", "user-a")
    assert auth_emulator.sign_in("a@lockstep.test", "second-password").count(".") == 2


@pytest.mark.browser
def test_the_browser_opens_a_page_of_this_machine(browser: "Browser", firestore_emulator: FirestoreEmulator) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{firestore_emulator.host}/")
    assert "Ok" in page.inner_text("body")
    context.close()


def test_a_browser_without_a_user_reads_nothing(firestore_emulator: FirestoreEmulator, firestore_project: str) -> None:
    path = f"projects/{firestore_project}/databases/(default)/documents/bots/one"
    assert http_json.status_of(f"http://{firestore_emulator.host}/v1/{path}") == 403
