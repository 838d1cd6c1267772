"""The routes, one blueprint a resource. A route is a few lines: whose, what, answer. Registered by openapi_document."""

from engine.api.routes.accounts import accounts
from engine.api.routes.alerts import alerts
from engine.api.routes.audit import audit
from engine.api.routes.bots import bots
from engine.api.routes.credentials import credentials
from engine.api.routes.differences import differences
from engine.api.routes.health_metrics import health_metrics
from engine.api.routes.market import market
from engine.api.routes.orders import orders
from engine.api.routes.portfolio import portfolio
from engine.api.routes.positions import positions
from engine.api.routes.probes import probes
from engine.api.routes.records import records
from engine.api.routes.service import service
from engine.api.routes.strategies import strategies

BLUEPRINTS = (
    probes, health_metrics, bots, positions, orders, records, portfolio, accounts, service, market, alerts,
    differences, audit, strategies, credentials,
)  # fmt: skip
