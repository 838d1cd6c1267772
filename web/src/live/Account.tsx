/**
 * The account that is looked at, with the documents that every screen needs. Fed by the session and live/useLive; feeds
 * all screens. Paper and live accounts are never mixed: one at a time, its mode on the page's root.
 */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import type { Account, Alert, Bot, Position } from "../documents";
import type { Quotes } from "../marketDocuments";
import type { MarketClock, Zone } from "../moments";
import { queries, type Owner } from "../queries";
import { useUser } from "../session/Session";
import { alertsOf } from "../stream";
import { useLive, type Live } from "./useLive";

const CHOSEN = "lockstep.account";

export interface AccountView {
  account: Account;
  accounts: Account[];
  choose: (id: string) => void;
  owner: Owner;
  /** Zone of market times, and of wall times: on a simulated clock these are the reader's own. */
  marketZone: Zone;
  wallZone: Zone;
  /** The newest told market time. */
  clock: MarketClock | null;
  bots: Live<Bot>;
  positions: Live<Position>;
  alerts: Live<Alert>;
  quotes: Quotes | undefined;
}

const AccountContext = createContext<AccountView | null>(null);

/** Venues and the zone of their day. */
const ZONES: Record<Account["market"], string> = {
  demo: "Asia/Kolkata", replay: "Asia/Kolkata", angelone: "Asia/Kolkata", coinbase: "Etc/UTC",
};

function clockOf(account: Account, quotes: Quotes | undefined): MarketClock | null {
  const told = quotes && quotes.market_at >= (account.market_at ?? 0)
    ? { marketAt: quotes.market_at, toldAt: quotes.updated_at }
    : { marketAt: account.market_at, toldAt: account.updated_at };
  if (told.marketAt === null) return null;
  return { marketAt: told.marketAt, toldAt: told.toldAt, speed: account.clock.speed, finished: account.clock.finished };
}

/** Chooses the account and provides it. `waiting` is shown until the first one is there. */
export function AccountProvider({ waiting, children }: { waiting: (accounts: Live<Account>) => ReactNode; children: ReactNode }) {
  const user = useUser();
  const accounts = useLive<Account>(queries.accounts(user.uid));
  const [chosen, setChosen] = useState(() => localStorage.getItem(CHOSEN));
  // Two records make an account's document; until the engine has written both there is nothing true to show. A rehearsal's is no account.
  const whole = accounts.rows?.filter((a) => a.clock && a.truth && a.equity !== undefined && !a.origin) ?? [];
  const account = whole.find((a) => a.id === chosen) ?? whole[0];
  if (!account) return waiting(accounts);
  const choose = (id: string) => {
    localStorage.setItem(CHOSEN, id);
    setChosen(id);
  };
  return (
    <ChosenAccount key={account.id} account={account} accounts={whole} choose={choose}>
      {children}
    </ChosenAccount>
  );
}

type Chosen = Pick<AccountView, "account" | "accounts" | "choose"> & { children: ReactNode };

function ChosenAccount({ account, accounts, choose, children }: Chosen) {
  const owner = useMemo(() => ({ user: account.user_id, account: account.id }), [account.user_id, account.id]);
  const bots = useLive<Bot>(queries.bots(owner));
  const positions = useLive<Position>(queries.positions(owner));
  const newestAlerts = useLive<Alert>(queries.alerts(owner));
  const critical = useLive<Alert>(queries.criticalAlerts(owner)).rows;
  const alerts = useMemo(() => ({ ...newestAlerts, rows: newestAlerts.rows && alertsOf(newestAlerts.rows, critical ?? []) }), [newestAlerts, critical]);
  const quotes = useLive<Quotes>(queries.quotes(owner)).rows?.[0];
  const frame = account.mode === "paper" ? "paper" : account.effective_mode;
  useEffect(() => {
    document.documentElement.dataset.mode = frame;
    return () => {
      delete document.documentElement.dataset.mode;
    };
  }, [frame]);
  const marketZone = ZONES[account.market];
  const view: AccountView = {
    account, accounts, choose, owner, bots, positions, alerts, quotes, marketZone,
    wallZone: account.clock.simulated ? undefined : marketZone,
    clock: clockOf(account, quotes),
  };
  return <AccountContext.Provider value={view}>{children}</AccountContext.Provider>;
}

/** The account on the screen. Raises `Error` outside `AccountProvider`. */
export function useAccount(): AccountView {
  const view = useContext(AccountContext);
  if (!view) throw new Error("useAccount outside AccountProvider");
  return view;
}
