"""Stands in for the service while the stack itself is tested: ready at once, writes a fill, starts a process, waits.

Fed by tests/local/launched.py. `/die` ends it with exit code 3.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client


class Answers(BaseHTTPRequestHandler):
    """`/ready` answers 200, `/die` ends the process."""

    def do_GET(self) -> None:
        """Answer, or end."""
        if self.path == "/die":
            sys.stdout.write("ended because it was told to\n")
            sys.stdout.flush()
            os._exit(3)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_parts: object) -> None:
        """Nothing to log."""


def main() -> None:
    """Serve until ended."""
    client = Client(project=os.environ["GOOGLE_CLOUD_PROJECT"], credentials=AnonymousCredentials())
    client.collection("fills").add({"updated_at": datetime.now(UTC), "user_id": os.environ["LOCKSTEP_OWNER_UID"]})
    subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answers).serve_forever()


if __name__ == "__main__":
    main()
