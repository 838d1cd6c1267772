"""The only maker of `Approved`, and only an `Approved` can become an order.

Asked by decide.py, by protect.py for stops and by preview.py, which sends nothing.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from decimal import Decimal

from engine.core.risk.checks import ENTRY_CHECKS
from engine.core.risk.view import RiskView, request_at_risk_pct
from engine.domain.check_result import CheckResult
from engine.domain.order import OrderRequest, Purpose, Refusal

_SEAL = object()


@dataclass(frozen=True, slots=True)
class Approved:
    """Permission to send one order. Can't be made outside this file, nor by `replace` from another one."""

    request: OrderRequest
    at_risk_pct: Decimal
    seal: InitVar[object]
    checks: tuple[CheckResult, ...] = ()

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only the risk gate approves orders")


def judge_entry(request: OrderRequest, view: RiskView, *, shown: bool = True) -> Approved | Refusal:
    """The checks in their fixed order; the first that refuses decides. Those after it are asked where it is `shown`
    what each of them found.
    """
    results: list[CheckResult] = []
    refused: CheckResult | None = None
    for check in ENTRY_CHECKS:
        result = check(request, view)
        results.append(result)
        if refused is None and not result.ok:
            refused = result
            if not shown:
                break
    if refused is not None:
        return Refusal(refused.check, refused.detail, refused.found, refused.allowed, tuple(results))
    return Approved(request, request_at_risk_pct(request, view.equity), _SEAL, tuple(results))


def judge_exit(request: OrderRequest, open_quantity: Decimal) -> Approved | Refusal:
    """An exit is approved while it only reduces: doubts never keep a position open. `open_quantity` is signed."""
    reduces = request.side.sign * open_quantity < 0 and 0 < request.quantity <= abs(open_quantity)
    if request.purpose is Purpose.ENTRY or not reduces:
        detail = f"{request.symbol}: an exit to {request.side} {request.quantity} with {open_quantity} open"
        result = CheckResult("reduce_only", False, request.quantity, open_quantity, detail)
        return Refusal(result.check, detail, result.found, result.allowed, (result,))
    passed = CheckResult("reduce_only", True, request.quantity, open_quantity)
    return Approved(request, Decimal(0), _SEAL, (passed,))
