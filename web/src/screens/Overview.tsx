/** The overview: whether to believe it, equity and net, bots, positions, signals, orders, fills. Fed by the account's documents. */
import { useAccount } from "../live/Account";
import { useTicking } from "../live/ticker";
import { usePositionsNow } from "../live/usePositionsNow";
import { dayLong, marketNow } from "../moments";
import { BotsPane } from "../panes/BotsPane";
import { BeforeOpenCard } from "../panes/ExaminationPane";
import { EquityPane } from "../panes/EquityPane";
import { FillsPane } from "../panes/FillsPane";
import { KillPane } from "../panes/KillPane";
import { NetPane } from "../panes/NetPane";
import { OrdersPane } from "../panes/OrdersPane";
import { PositionsPane } from "../panes/PositionsPane";
import { SignalsPane } from "../panes/SignalsPane";
import { Vitals } from "../panes/Vitals";
import { words } from "../words";

const FEW = 8;

/** The market's day, as a title beside the screen's name. */
export function MarketDay() {
  const { clock, marketZone } = useAccount();
  const text = useTicking((now) => (clock ? dayLong(marketNow(clock, now), marketZone) : ""));
  return <span className="mut">{text}</span>;
}

function LatePrices() {
  const { account } = useAccount();
  const late = usePositionsNow()?.filter((p) => p.price.stale) ?? [];
  if (late.length === 0 || account.clock.finished) return null;
  return <span className="right age late">{words.positions.late(late.length, late.map((p) => p.position.symbol).join(", "))}</span>;
}

export function Overview() {
  return (
    <>
      <header className="head">
        <h1>{words.nav.overview}</h1>
        <MarketDay />
        <LatePrices />
      </header>
      <Vitals />
      <KillPane />
      <BeforeOpenCard />
      <EquityPane />
      <NetPane />
      <BotsPane />
      <PositionsPane className="c8" />
      <SignalsPane className="c4" most={5} />
      <OrdersPane className="c7" most={FEW} />
      <FillsPane className="c5" most={FEW} />
    </>
  );
}
