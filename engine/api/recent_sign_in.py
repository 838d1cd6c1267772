"""What only a person who signed in minutes ago may do: a stolen token lasts an hour, a password is asked for anew.
Asked by arming and by the routes of broker keys.
"""

from __future__ import annotations

from http import HTTPStatus

from engine.api.authentication import caller
from engine.api.problems import Problem
from engine.api.services import services
from engine.domain.arming import SIGN_IN_AGE_MAX_S


def refuse_old_sign_in() -> None:
    """A 403 `recent-sign-in` where the caller gave no password lately."""
    age_s = (services().deps.clock.now() - caller().signed_in_at).total_seconds()
    if age_s > SIGN_IN_AGE_MAX_S:
        detail = f"You signed in more than {SIGN_IN_AGE_MAX_S // 60} minutes ago. Sign in again, then repeat this."
        raise Problem(HTTPStatus.FORBIDDEN, "recent-sign-in", detail)
