"""What a release does, in which order and with which flags, read from cloudbuild.yaml and deploy/set_up.sh."""

import json
import os
import re
import subprocess
from typing import Any

import yaml

from local.places import ROOT

BUILD: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in BUILD["steps"]}
# One engine, always on, in the service's own container.
FLAGS = {
    "--no-cpu-throttling", "--min-instances=1", "--max-instances=1", "--cpu=2", "--memory=1Gi", "--concurrency=80",
    "--timeout=300", "--allow-unauthenticated",
}  # fmt: skip
RUN_MAY = {"roles/datastore.user", "roles/firebaseauth.viewer", "roles/secretmanager.secretAccessor"}
BUILD_MAY = {
    "roles/run.admin", "roles/datastore.indexAdmin", "roles/firebaserules.admin", "roles/firebase.viewer",
    "roles/serviceusage.serviceUsageConsumer", "roles/logging.logWriter", "roles/storage.objectViewer",
    "roles/artifactregistry.writer", "roles/iam.serviceAccountUser",
}  # fmt: skip
GRANT = re.compile(r"--member=serviceAccount:(lockstep-\w+)@\S+ --role=(\S+)")


def set_up_commands(project: str) -> str:
    ran = subprocess.run(
        ["bash", str(ROOT / "deploy" / "set_up.sh"), project],
        env={**os.environ, "DRY_RUN": "1"}, capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    return ran.stdout


def test_nothing_is_built_unchecked_and_nothing_deployed_untested() -> None:
    assert list(STEPS) == ["told", "check", "test", "build", "push", "rules and indexes", "deploy"]
    assert [STEPS[name]["args"] for name in ("check", "test")] == [["check"], ["test"]]
    assert not any("waitFor" in step for step in BUILD["steps"])


def test_cloud_run_gets_one_always_on_instance() -> None:
    arguments = STEPS["deploy"]["args"]
    assert arguments[:3] == ["run", "deploy", "${_SERVICE}"]
    assert set(arguments) >= FLAGS
    assert "LOCKSTEP_ROLE=all" in environment()


def test_no_emulator_and_no_secret_is_in_the_services_environment() -> None:
    named = {each.partition("=")[0] for each in environment()}
    assert named == {"LOCKSTEP_ROLE", "GOOGLE_CLOUD_PROJECT", "LOCKSTEP_FEED", "LOCKSTEP_OWNER_UID"}
    secrets = [each for each in STEPS["deploy"]["args"] if each.startswith("--update-secrets=")]
    assert secrets == ["--update-secrets=LOCKSTEP_FIREBASE_API_KEY=${_API_KEY_SECRET}:latest"]


def test_the_rules_and_indexes_it_deploys_are_those_of_the_repository() -> None:
    assert STEPS["rules and indexes"]["args"][-6:] == [
        "deploy", "--only", "firestore", "--project", "${PROJECT_ID}", "--non-interactive",
    ]  # fmt: skip
    firestore = json.loads((ROOT / "firebase.json").read_text())["firestore"]
    assert firestore == {"rules": "firestore.rules", "indexes": "firestore.indexes.json"}


def test_every_substitution_has_a_value() -> None:
    used = set(re.findall(r"\$\{?(_[A-Z_]+)", json.dumps(BUILD)))
    assert used == set(BUILD["substitutions"])


def test_service_and_build_have_accounts_of_their_own() -> None:
    assert "--service-account=${_RUNS_AS}" in STEPS["deploy"]["args"]
    assert BUILD["substitutions"]["_RUNS_AS"].startswith("lockstep-run@")
    assert "/lockstep-build@" in BUILD["serviceAccount"]


def test_set_up_gives_each_account_what_it_needs_and_no_more() -> None:
    given: dict[str, set[str]] = {}
    for account, role in GRANT.findall(set_up_commands("demo-project")):
        given.setdefault(account, set()).add(role)
    assert given == {"lockstep-run": RUN_MAY, "lockstep-build": BUILD_MAY}


def test_set_up_and_build_speak_of_the_same_names() -> None:
    commands = set_up_commands("demo-project")
    values = BUILD["substitutions"]
    assert f"secrets create {values['_API_KEY_SECRET']} " in commands
    assert f"repositories create {values['_REPOSITORY']} " in commands
    assert f"--location={values['_REGION']}" in commands
    assert all(line.endswith("--project=demo-project --quiet") for line in commands.splitlines())


def environment() -> list[str]:
    flags = [each for each in STEPS["deploy"]["args"] if each.startswith("--update-env-vars=")]
    assert len(flags) == 1
    return str(flags[0]).removeprefix("--update-env-vars=").split(",")
