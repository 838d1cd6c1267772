/** The phone's tab bar. Fed by the path; a count only for what waits to be read. */
import { Icon } from "../parts/Icon";
import { words } from "../words";
import { isCurrent, TABS } from "./destinations";
import { Link } from "./Link";
import { paths, usePath } from "./routes";
import { useUnread } from "./SideBar";

export function TabBar() {
  const path = usePath();
  const unread = useUnread();
  return (
    <nav className="tabbar" aria-label={`${words.nav.main}, ${words.nav.more.toLowerCase()}`}>
      {TABS.map((t) => (
        <Link key={t.path} href={t.path} aria-current={isCurrent(t, path) ? "page" : undefined}>
          <Icon name={t.icon} />
          {t.name}
          {t.path === paths.activity && unread > 0 && <span className="n">{unread}</span>}
        </Link>
      ))}
    </nav>
  );
}
