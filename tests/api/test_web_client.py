"""The built client: its files, its own addresses, and what its pages may load."""

from __future__ import annotations

import pytest

from engine.api.dependencies import ClientConfig
from engine.api.web_client import content_security_policy
from tests.api.conftest import World


@pytest.fixture
def built(world: World) -> World:
    (world.web_dir / "assets").mkdir(parents=True)
    (world.web_dir / "index.html").write_text("<title>Lockstep</title>")
    (world.web_dir / "assets" / "index-1a2b3c4d.js").write_text("console.log(1)")
    (world.web_dir / "favicon.svg").write_text("<svg/>")
    (world.web_dir.parent / "secret.txt").write_text("secret")
    return world


def fetch(world: World, path: str, method: str = "GET") -> tuple[int, str, str]:
    answer = world.app.test_client().open(path, method=method)
    with answer:
        return answer.status_code, answer.headers.get("Cache-Control", ""), answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/bots", "/bots/drift", "/settings/risk"])
def test_the_page_answers_for_every_address_of_the_client(built: World, path: str) -> None:
    assert fetch(built, path) == (200, "no-cache", "<title>Lockstep</title>")


def test_files_named_after_their_content_are_kept_for_good(built: World) -> None:
    status, kept, text = fetch(built, "/assets/index-1a2b3c4d.js")
    assert (status, kept, text) == (200, "public, max-age=31536000, immutable", "console.log(1)")
    assert fetch(built, "/favicon.svg")[1] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/missing.js", "/assets/missing.css", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt",
     "/api/v1/nothing", "/..%5csecret.txt", "/a%00b.js"],
)  # fmt: skip
def test_what_is_not_there_or_not_ours_is_a_problem_document(built: World, path: str) -> None:
    status, _, text = fetch(built, path)
    assert status == 404
    assert "secret" not in text
    assert "urn:lockstep:problem:not-found" in text


def test_nothing_but_reading_reaches_the_client(built: World) -> None:
    assert fetch(built, "/bots", "POST")[0] == 404
    assert fetch(built, "/", "POST")[0] == 405


def test_a_client_that_is_not_built_says_how_to_build_it(world: World) -> None:
    for path in ("/", "/bots"):
        status, _, text = fetch(world, path)
        assert status == 404
        assert "make setup" in text
    assert world.call("GET", "/bots").status_code == 200


def test_pages_may_load_our_files_and_firebase_alone(built: World) -> None:
    with built.app.test_client().get("/") as answer:
        policy = dict(part.partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split("; "))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["frame-src"] == "https://demo-test.firebaseapp.com http://127.0.0.1:9099"
    assert "http://127.0.0.1:9099" in policy["connect-src"]
    assert "http://127.0.0.1:8080" in policy["connect-src"]
    assert "unsafe" not in policy["script-src"]


def test_without_emulators_no_page_may_reach_a_plain_http_address() -> None:
    assert "http://" not in content_security_policy(ClientConfig("p", "k", "p.firebaseapp.com"))


def test_the_clients_configuration_is_public_and_whole(world: World) -> None:
    answer = world.app.test_client().get("/config.json")
    assert answer.json == {
        "project": "demo-test", "api_key": "key", "auth_domain": "demo-test.firebaseapp.com",
        "auth_emulator": "127.0.0.1:9099", "firestore_emulator": "127.0.0.1:8080",
        "demo": {"email": "demo@example.com", "password": "let me in"},
    }  # fmt: skip
