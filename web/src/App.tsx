/** From who is signed in to which screen is shown. Fed by the session, the account and the address; feeds one screen. */
import { useEffect } from "react";
import { AccountProvider } from "./live/Account";
import { ActivityPane } from "./panes/ActivityPane";
import { AlertsPane } from "./panes/AlertsPane";
import { AuditPane } from "./panes/AuditPane";
import { BotsPane } from "./panes/BotsPane";
import { DeadLettersPane } from "./panes/DeadLettersPane";
import { DifferencesPane } from "./panes/DifferencesPane";
import { FillsPane } from "./panes/FillsPane";
import { OrdersPane } from "./panes/OrdersPane";
import { PositionsPane } from "./panes/PositionsPane";
import { TradesPane } from "./panes/TradesPane";
import { Pane } from "./parts/Pane";
import { BotForm } from "./screens/BotForm";
import { BotPage } from "./screens/BotPage";
import { ListScreen } from "./screens/ListScreen";
import { More } from "./screens/More";
import { Brokers } from "./screens/Brokers";
import { Overview } from "./screens/Overview";
import { Risk } from "./screens/Risk";
import { SignIn } from "./screens/SignIn";
import { Waiting } from "./screens/Waiting";
import { Session } from "./session/Session";
import { Breakwater } from "./shell/Breakwater";
import { Link } from "./shell/Link";
import { paths, routeOf, usePath, type Route } from "./shell/routes";
import { Shell } from "./shell/Shell";
import { words } from "./words";

const TITLES: Partial<Record<Route["screen"], string>> = {
  overview: words.nav.overview, bots: words.nav.bots, bot: words.bots.name, "new-bot": words.form.newTitle, "edit-bot": words.bot.edit,
  positions: words.nav.positions, orders: words.nav.orders, fills: words.nav.fills, trades: words.nav.trades, activity: words.nav.activity, risk: words.nav.risk, alerts: words.nav.alerts, records: words.nav.records, brokers: words.brokers.nav, more: words.nav.more,
};

function Unknown() {
  return (
    <>
      <header className="head"><h1>{words.nav.unknown}</h1></header>
      <Pane id="unknown" title={words.nav.unknownDetail}><p><Link className="link" href={paths.overview}>{words.nav.toOverview}</Link></p></Pane>
    </>
  );
}

function Screen({ route }: { route: Route }) {
  switch (route.screen) {
    case "overview": return <Overview />;
    case "bots": return <ListScreen title={words.nav.bots}><BotsPane /></ListScreen>;
    case "new-bot": return <BotForm />;
    case "bot": return <BotPage id={route.bot} />;
    case "edit-bot": return <BotForm id={route.bot} />;
    case "positions": return <ListScreen title={words.nav.positions}><PositionsPane closable /></ListScreen>;
    case "orders": return <ListScreen title={words.nav.orders}><OrdersPane whole /></ListScreen>;
    case "fills": return <ListScreen title={words.nav.fills}><FillsPane whole /></ListScreen>;
    case "trades": return <ListScreen title={words.nav.trades}><TradesPane /></ListScreen>;
    case "activity": return <ListScreen title={words.nav.activity}><DifferencesPane /><DeadLettersPane /><ActivityPane /></ListScreen>;
    case "risk": return <Risk />;
    case "alerts": return <ListScreen title={words.nav.alerts}><AlertsPane /></ListScreen>;
    case "records": return <ListScreen title={words.nav.records}><AuditPane /></ListScreen>;
    case "brokers": return <Brokers />;
    case "more": return <More />;
    default: return <Unknown />;
  }
}

export function App() {
  const path = usePath();
  const route = routeOf(path);
  const title = TITLES[route.screen] ?? words.nav.unknown;
  useEffect(() => {
    document.title = `${title} · ${words.product}`;
  }, [title]);
  return (
    <Session signedOut={<SignIn />}>
      <AccountProvider waiting={(accounts) => <Waiting accounts={accounts} />}>
        <Shell><Breakwater place={path}><Screen route={route} /></Breakwater></Shell>
      </AccountProvider>
    </Session>
  );
}
