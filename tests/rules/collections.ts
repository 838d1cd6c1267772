/** What docs/contract/documents.md names and who may read it; feeds the rules tests, which hold firestore.rules to it. */

/** Read by their owner: a document at a time, and as a list that asks for `user_id`. */
export const OWNED = [
  "trading_signals",
  "fills",
  "closed_trades",
  "alerts",
  "notifications",
  "audit_log",
  "orders",
  "open_positions",
  "bots",
  "commands",
  "dead_letters",
  "differences",
  "accounts",
  "quotes",
  "bars",
  "decisions",
  "profits",
  "equity_days",
  "risk_policies",
  "controls",
  "examinations",
] as const;

/** Nobody's, whatever their `user_id` says: the service's own, and a name that no document has. */
export const CLOSED = ["leases", "broker_credentials", "unheard_of"] as const;
