"""Where things lie in the clone. Feeds every file in local/."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
NODE_MODULES = ROOT / "node_modules"
WEB = ROOT / "web"
FUNCTIONS = ROOT / "functions"
BENCH = ROOT / "bench"
RULES_TESTS = ROOT / "tests" / "rules"
FIREBASE = NODE_MODULES / "firebase-tools" / "lib" / "bin" / "firebase.js"
RULES = ROOT / "firestore.rules"
LOCAL_STATE = ROOT / ".lockstep"  # all that `make run` leaves behind; RESET=1 deletes it
