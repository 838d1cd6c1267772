"""What is told of a signal, and that it is told once, on a real Firestore emulator."""

import importlib.util
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core.exceptions import ServiceUnavailable
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from functions.notification import NotASignal, notification_of, record
from local.errors import MissingPartError
from local.places import FUNCTIONS
from tests.faults.dead_port import dead_port
from tests.functions.signals import a_signal

PYTHON = FUNCTIONS / "venv" / "bin" / "python"
ENDPOINTS = """
import json, sys
sys.path.insert(0, ".")
import main
functions = (main.notify_of_signal, main.deliver_alert)
print(json.dumps([each.__firebase_endpoint__.eventTrigger for each in functions]))
"""


def test_a_notification_says_what_the_contract_page_lists() -> None:
    assert notification_of("s1", a_signal()) == {
        "user_id": "asha",
        "account_id": "paper-demo",
        "mode": "paper",
        "sequence": 41,
        "signal_id": "s1",
        "bot_id": "momentum",
        "symbol": "TCS",
        "type": "BUY",
        "outcome": "ordered",
        "text": "BUY TCS at 3120.5, paper: order sent",
    }


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"outcome": "watch", "type": "SELL"}, "SELL TCS at 3120.5, paper: watched only, no order"),
        ({"outcome": "blocked", "blocking_reason": "cooldown"}, "BUY TCS at 3120.5, paper: blocked (cooldown)"),
        (
            {"outcome": "blocked", "blocking_reason": "cooldown", "blocking_detail": "The last fill was 4 min ago."},
            "BUY TCS at 3120.5, paper: blocked (The last fill was 4 min ago.)",
        ),
        ({"outcome": "expired"}, "BUY TCS at 3120.5, paper: expired before an order could be sent"),
        ({"mode": "live", "outcome": "of tomorrow"}, "BUY TCS at 3120.5, live: of tomorrow"),
    ],
)
def test_its_text_says_what_came_of_the_signal_and_why(changed: dict[str, object], text: str) -> None:
    assert notification_of("s1", a_signal(**changed))["text"] == text


@pytest.mark.parametrize("name", ["user_id", "account_id", "mode", "bot_id", "symbol", "type", "outcome", "sequence"])
def test_a_document_that_lacks_a_signals_field_is_no_signal(name: str) -> None:
    signal = a_signal()
    del signal[name]
    with pytest.raises(NotASignal, match=f"lacks {name}$"):
        notification_of("s1", signal)


def test_nothing_is_written_for_a_document_that_is_no_signal(firestore_client: Client) -> None:
    with pytest.raises(NotASignal):
        record(firestore_client, "s1", {"user_id": "asha"})
    assert not list(firestore_client.collections())


def test_a_signal_told_twice_leaves_the_first_telling_alone(firestore_client: Client) -> None:
    assert record(firestore_client, "s1", a_signal())
    told = firestore_client.document("notifications/s1").get()
    assert not record(firestore_client, "s1", a_signal(outcome="blocked"))
    again = firestore_client.document("notifications/s1").get()
    assert (again.update_time, again.to_dict()) == (told.update_time, told.to_dict())
    assert told.get("delivered_at") == told.get("updated_at")
    assert abs((told.get("delivered_at") - told.create_time).total_seconds()) < 60  # the server's clock, wall time


def test_of_tellings_at_the_same_time_one_writes(firestore_client: Client) -> None:
    with ThreadPoolExecutor(8) as tellers:
        written = list(tellers.map(lambda _: record(firestore_client, "s1", a_signal()), range(16)))
    assert sorted(written) == [False] * 15 + [True]
    assert len(list(firestore_client.collection("notifications").stream())) == 1


def test_a_store_that_is_down_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    with dead_port() as nowhere:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", nowhere)
        client = Client(project="demo-nobody-home", credentials=AnonymousCredentials())
        with pytest.raises(ServiceUnavailable):
            record(client, "s1", a_signal())
        client.close()


def test_the_deployed_triggers_have_a_failed_event_delivered_again() -> None:
    if not PYTHON.exists():
        pytest.fail(str(MissingPartError("functions/venv", "make setup")), pytrace=False)
    ran = subprocess.run(
        [str(PYTHON), "-c", ENDPOINTS], cwd=FUNCTIONS, capture_output=True, text=True, timeout=180, check=False
    )
    assert ran.returncode == 0, ran.stderr
    triggers = json.loads(ran.stdout)
    assert [trigger["retry"] for trigger in triggers] == [True, True]
    assert {trigger["eventType"] for trigger in triggers} == {"google.cloud.firestore.document.v1.created"}
    assert [trigger["eventFilterPathPatterns"]["document"] for trigger in triggers] == [
        "trading_signals/{signal_id}",
        "alerts/{alert_id}",
    ]


def test_functions_share_no_code_with_the_engine() -> None:
    assert importlib.util.find_spec("engine") is not None
    for path in FUNCTIONS.glob("*.py"):
        assert "engine" not in [line.split()[1].split(".")[0] for line in _imports(path.read_text())], path.name


def _imports(source: str) -> list[str]:
    return [line for line in source.splitlines() if line.startswith(("import ", "from "))]


def test_a_signal_that_a_person_only_tries_is_told_to_nobody() -> None:
    class NoStore:
        """Whoever asks it for anything fails."""

    assert record(NoStore(), "s1", a_signal(origin="simulated")) is False  # type: ignore[arg-type]
