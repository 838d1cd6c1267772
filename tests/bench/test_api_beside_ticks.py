"""The figure of ticks beside the API: a whole service answers real requests while its engine takes every tick."""

from pathlib import Path

from bench.api_beside_ticks import ALONE, PACED, SATURATED, WAYS, one_round, token_of
from bench.emulated import environment
from local.auth import AuthEmulator
from local.firestore import FirestoreEmulator

OWNER = "beside-ticks"  # the emulators are shared: a user of its own


def test_a_hundred_clients_are_answered_while_every_tick_comes(
    firestore_emulator: FirestoreEmulator, auth_emulator: AuthEmulator, tmp_path: Path
) -> None:
    env = environment(
        firestore_emulator.host, tmp_path,
        GOOGLE_CLOUD_PROJECT=auth_emulator.project, FIREBASE_AUTH_EMULATOR_HOST=auth_emulator.host,
        LOCKSTEP_OWNER_UID=OWNER,
    )  # fmt: skip
    found = one_round(env, token_of(auth_emulator, OWNER), tuple(WAYS), seconds=0.8, warm_s=0.5, loaded_s=0.3)
    assert all(found[way]["ticks_per_s"] > 500 for way in WAYS)  # a thousand on a machine with nothing else to do
    assert "requests_per_s" not in found[ALONE]
    assert all(found[way]["requests_per_s"] > 50 for way in (PACED, SATURATED))
    assert [found[way]["failed"] for way in (PACED, SATURATED)] == [0, 0]
