/** What the phone's tab bar has no room for: the other lists, accounts, theme, the way out. */
import { Icon } from "../parts/Icon";
import { DESTINATIONS } from "../shell/destinations";
import { Link } from "../shell/Link";
import { AccountList, LeaveButton, ThemeButton } from "../shell/SideBar";
import { words } from "../words";

export function More() {
  return (
    <>
      <header className="head"><h1>{words.nav.more}</h1></header>
      <nav className="pane menu" aria-label={words.nav.more}>
        <h2>{words.nav.thisAccount}</h2>
        {DESTINATIONS.map((d) => <Link key={d.path} className="item" href={d.path}><Icon name={d.icon} /><span>{d.name}</span></Link>)}
        <h2>{words.nav.accounts}</h2>
        <AccountList />
        <ThemeButton />
        <LeaveButton />
      </nav>
    </>
  );
}
