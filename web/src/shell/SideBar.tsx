/** The side bar: accounts, the screens of this account, keys, theme, the way out. Fed by the account; narrow, it is a rail of glyphs. */
import { useAccount } from "../live/Account";
import { count } from "../numbers";
import { Icon } from "../parts/Icon";
import { Mode, modeOf } from "../parts/Mode";
import { leave } from "../session/signIn";
import { useUser } from "../session/Session";
import { words } from "../words";
import { DESTINATIONS, isCurrent } from "./destinations";
import { Link } from "./Link";
import { paths, usePath } from "./routes";
import { nextTheme, setTheme, useTheme } from "./theme";

/** Alerts that wait for someone to read them. */
export function useUnread(): number {
  const { alerts } = useAccount();
  return alerts.rows?.filter((a) => a.severity !== "info" && !a.acknowledged_at).length ?? 0;
}

/** The figure beside a destination. */
function useCounts(): Record<string, number> {
  const { bots, positions } = useAccount();
  return { [paths.bots]: bots.rows?.length ?? 0, [paths.positions]: positions.rows?.length ?? 0, [paths.alerts]: useUnread() };
}

export function ThemeButton() {
  const theme = useTheme();
  return (
    <button type="button" className="item" onClick={() => setTheme(nextTheme(theme))} title={words.nav.theme[theme]}>
      <Icon name="half" />
      <span>{words.nav.theme[theme]}</span>
    </button>
  );
}

export function LeaveButton() {
  const user = useUser();
  return (
    <button type="button" className="item" onClick={() => void leave()} title={words.signIn.as(user.email ?? user.uid)}>
      <Icon name="out" />
      <span>{words.signIn.out}</span>
    </button>
  );
}

export function AccountList() {
  const { account, accounts, choose } = useAccount();
  return accounts.map((a) => (
    <button type="button" key={a.id} className="item acct" aria-current={a.id === account.id ? "true" : undefined} onClick={() => choose(a.id)}>
      <Mode mode={modeOf(a)} />
      <span className="name">{a.name}</span>
    </button>
  ));
}

export function SideBar({ onKeys }: { onKeys: () => void }) {
  const path = usePath();
  const counts = useCounts();
  return (
    <nav className="side" aria-label={words.nav.main}>
      <div>
        <h2>{words.nav.accounts}</h2>
        <AccountList />
      </div>
      <div>
        <h2>{words.nav.thisAccount}</h2>
        {DESTINATIONS.map((d) => (
          <Link key={d.path} className="item" href={d.path} title={d.name} aria-current={isCurrent(d, path) ? "page" : undefined}>
            <Icon name={d.icon} />
            <span>{d.name}</span>
            {counts[d.path] ? <span className="n">{count(counts[d.path] ?? 0)}</span> : null}
          </Link>
        ))}
      </div>
      <div className="foot">
        <button type="button" className="item" onClick={onKeys} title={words.nav.keys}>
          <Icon name="help" />
          <span>{words.nav.keys}</span>
          <span className="n" aria-hidden="true">?</span>
        </button>
        <ThemeButton />
        <LeaveButton />
      </div>
    </nav>
  );
}
