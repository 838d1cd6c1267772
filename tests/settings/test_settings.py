"""Every variable that the service reads, what it means, and every refusal with its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.errors import InvalidValue
from engine.settings import Settings, read_settings
from engine.variables import state_folder

LEAST = {"GOOGLE_CLOUD_PROJECT": "shop", "LOCKSTEP_OWNER_UID": "anna"}
AT_HOME = {**LEAST, "FIRESTORE_EMULATOR_HOST": "127.0.0.1:1", "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:2"}


def test_a_project_and_an_owner_are_enough() -> None:
    assert read_settings(LEAST) == Settings(
        role="all",
        host="127.0.0.1",
        port=8000,
        project="shop",
        firestore_emulator=None,
        auth_emulator=None,
        api_key="",
        auth_domain="shop.firebaseapp.com",
        owner_uid="anna",
        feed="demo",
        data=None,
        speed=10.0,
        bots=None,
        state_dir=Path("/tmp/lockstep"),
        vault_key_file=Path("/tmp/lockstep/vault.key"),
        web_dir=Path("web/dist"),
        demo_email="",
        demo_password="",
    )


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"HOME": "/home/ann"}, "/home/ann/.local/state/lockstep"),
        ({"HOME": "/home/ann", "XDG_STATE_HOME": "/data/states"}, "/data/states/lockstep"),
        ({"HOME": "/home/ann", "XDG_STATE_HOME": "states"}, "/home/ann/.local/state/lockstep"),
        ({"HOME": "/home/ann", "LOCKSTEP_STATE_DIR": "/state"}, "/state"),
        ({"HOME": "/home/ann", "K_SERVICE": "lockstep"}, "/tmp/lockstep"),
        ({"HOME": "/"}, "/tmp/lockstep"),
        ({}, "/tmp/lockstep"),
    ],
)
def test_what_is_the_services_own_outlives_a_restart_of_a_machine_that_has_a_home(
    env: dict[str, str], folder: str
) -> None:
    assert state_folder(env) == Path(folder)


def test_every_variable_is_taken_as_it_is_said() -> None:
    said = {
        **AT_HOME,
        "LOCKSTEP_ROLE": "engine",
        "PORT": "65535",
        "LOCKSTEP_FIREBASE_API_KEY": "key",
        "LOCKSTEP_AUTH_DOMAIN": "login.example",
        "LOCKSTEP_FEED": "replay",
        "LOCKSTEP_DATA": "/data/day",
        "LOCKSTEP_SPEED": "60",
        "LOCKSTEP_BOTS": "/data/bots.toml",
        "LOCKSTEP_STATE_DIR": "/state",
        "LOCKSTEP_WEB_DIR": "/web",
        "LOCKSTEP_DEMO_EMAIL": "demo@example",
        "LOCKSTEP_DEMO_PASSWORD": "told",
        "LOCKSTEP_CALENDAR": "/data/days.csv",
        "STRATEGIES_DIR": "/ideas",
    }
    assert read_settings(said) == Settings(
        role="engine",
        host="127.0.0.1",
        port=65535,
        project="shop",
        firestore_emulator="127.0.0.1:1",
        auth_emulator="127.0.0.1:2",
        api_key="key",
        auth_domain="login.example",
        owner_uid="anna",
        feed="replay",
        data=Path("/data/day"),
        speed=60.0,
        bots=Path("/data/bots.toml"),
        state_dir=Path("/state"),
        vault_key_file=Path("/state/vault.key"),
        web_dir=Path("/web"),
        demo_email="demo@example",
        demo_password="told",
        special_days=Path("/data/days.csv"),
        strategies_dir=Path("/ideas"),
    )


def test_an_empty_variable_counts_as_absent() -> None:
    names = ("LOCKSTEP_ROLE", "PORT", "LOCKSTEP_FEED", "LOCKSTEP_DATA", "LOCKSTEP_SPEED", "LOCKSTEP_BOTS",
             "LOCKSTEP_STATE_DIR", "LOCKSTEP_WEB_DIR", "LOCKSTEP_AUTH_DOMAIN", "LOCKSTEP_FIREBASE_API_KEY",
             "FIRESTORE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST")  # fmt: skip
    assert read_settings(LEAST | dict.fromkeys(names, "")) == read_settings(LEAST)


def test_a_replay_runs_at_the_markets_own_pace_unless_told_otherwise() -> None:
    replay = LEAST | {"LOCKSTEP_FEED": "replay", "LOCKSTEP_DATA": "/data"}
    assert read_settings(replay).speed == 1.0
    assert read_settings(replay | {"LOCKSTEP_SPEED": "0"}).speed == 0.0
    assert read_settings(replay | {"LOCKSTEP_SPEED": "100000"}).speed == 100_000.0


def test_the_demo_sign_in_is_told_with_the_auth_emulator_alone() -> None:
    demo = {"LOCKSTEP_DEMO_EMAIL": "demo@example", "LOCKSTEP_DEMO_PASSWORD": "told"}
    real, emulated = read_settings(LEAST | demo), read_settings(AT_HOME | demo)
    assert (real.demo_email, real.demo_password, real.api_key) == ("", "", "")
    assert (emulated.demo_email, emulated.demo_password, emulated.api_key) == ("demo@example", "told", "demo-key")


@pytest.mark.parametrize("sign", ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_TIMEOUT_SECONDS"])
def test_in_cloud_run_the_service_listens_on_every_address(sign: str) -> None:
    assert read_settings(LEAST | {sign: "lockstep"}).host == "0.0.0.0"


@pytest.mark.parametrize("sign", ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION"])
@pytest.mark.parametrize("emulator", ["FIRESTORE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST"])
def test_an_emulator_variable_in_cloud_run_is_refused_before_anything_else(sign: str, emulator: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_settings({sign: "", emulator: "127.0.0.1:1"})
    assert str(refused.value) == (
        f"{emulator}: is set in Cloud Run: with it every unsigned token would be taken. Remove it"
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"GOOGLE_CLOUD_PROJECT": ""},
            "GOOGLE_CLOUD_PROJECT: is not set: name the Google Cloud project, or use `make run`",
        ),
        ({"LOCKSTEP_OWNER_UID": ""}, "LOCKSTEP_OWNER_UID: is not set: say whose account the engine trades"),
        ({"LOCKSTEP_ROLE": "boss"}, "LOCKSTEP_ROLE: unknown value 'boss'; there are all, api, engine"),
        ({"LOCKSTEP_FEED": "moon"}, "LOCKSTEP_FEED: unknown market 'moon'; there are demo, replay, angelone, coinbase"),
        ({"LOCKSTEP_FEED": "replay"}, "LOCKSTEP_DATA: the replay market needs a file or a folder"),
        *(
            ({"PORT": port}, f"PORT: {port!r} is not a whole number from 1 to 65535")
            for port in ("0", "65536", "-1", "80a", "８０")
        ),
        *(
            ({"LOCKSTEP_SPEED": speed}, f"LOCKSTEP_SPEED: {speed!r} is not a speed: 0 (as fast as it goes) to 100000")
            for speed in ("fast", "-1", "100001", "nan", "inf")
        ),
        *(
            ({"AUDIT_KEEP_DAYS": days}, f"AUDIT_KEEP_DAYS: {days!r} is not a whole number from 1 to 36525")
            for days in ("0", "36526", "five", "-1", "1.5")
        ),
    ],
)
def test_what_must_never_run_is_refused_by_the_variables_name(changed: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_settings(LEAST | changed)
    assert str(refused.value) == words


def test_the_api_alone_needs_no_owner() -> None:
    assert read_settings({"GOOGLE_CLOUD_PROJECT": "shop", "LOCKSTEP_ROLE": "api"}).owner_uid == ""


def test_the_audit_log_is_kept_for_five_years_unless_told_otherwise() -> None:
    assert read_settings(LEAST).audit_keep_days == 1827
    assert read_settings(LEAST | {"AUDIT_KEEP_DAYS": "3653"}).audit_keep_days == 3653


def test_the_journal_of_each_account_and_the_one_snapshot_lie_in_the_state_folder() -> None:
    settings = read_settings(LEAST | {"LOCKSTEP_STATE_DIR": "/state"})
    assert settings.journal_path("paper-demo") == Path("/state/paper-demo.journal")
    assert settings.snapshot_path == Path("/state/snapshot.json")
