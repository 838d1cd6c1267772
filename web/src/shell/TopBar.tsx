/** The bar that says the mode on every screen, the market's clock, and Stop. Fed by the account; opens the stop sheet. */
import type { Account } from "../documents";
import { useAccount } from "../live/Account";
import { serverNow, useTicking } from "../live/ticker";
import { clock, countdown, marketNow, untilText, zoneName } from "../moments";
import { useArmed } from "../panes/ModePane";
import { Icon } from "../parts/Icon";
import { Mark } from "../parts/Mark";
import { modeOf } from "../parts/Mode";
import { words } from "../words";
import { stepNow } from "./KillSteps";
import { Link } from "./Link";
import { paths } from "./routes";

/** What is simulated here, in words, and in fewer for phones; null for a market of real prices. */
function simulated(account: Account): { long: string; short: string } | null {
  const speed = String(account.clock.speed);
  if (account.market === "demo") return { long: words.mode.demo(speed), short: words.mode.demoShort(speed) };
  if (account.market === "replay") {
    return { long: account.clock.finished ? words.mode.replayFinished : words.mode.replay(speed), short: words.mode.replayShort(speed) };
  }
  return account.clock.simulated ? { long: words.mode.simulatedAt(speed), short: words.mode.demoShort(speed) } : null;
}

function MarketClock() {
  const { clock: source, marketZone } = useAccount();
  const shown = useTicking((now) => (source ? words.market.marketTime(clock(marketNow(source, now), marketZone), zoneName(now, marketZone)) : ""));
  const yours = useTicking((now) => words.market.yours(clock(now, undefined)));
  return <time className="clock" title={yours}>{shown}</time>;
}

const DAY = 86_400_000;

/** Until when the market is open. A venue that never closes turns its day without a pause. */
function SessionNote() {
  const { account, clock: source } = useAccount();
  const text = useTicking((now) => {
    if (!account.session || !source || account.clock.finished) return "";
    if (account.session.close_at - account.session.open_at >= DAY) return words.market.always;
    const left = account.session.close_at - marketNow(source, now);
    const opened = marketNow(source, now) >= account.session.open_at;
    return opened && left > 0 ? words.market.open(countdown(left)) : words.market.closed;
  });
  return text ? <span className="opt sub">{text}</span> : null;
}

export function TopBar({ onStop, stopOpen }: { onStop: () => void; stopOpen: boolean }) {
  const { account, wallZone } = useAccount();
  const mode = modeOf(account);
  const market = simulated(account);
  const stopped = account.trading_state !== "ACTIVE";
  const armed = useArmed();
  const { kill } = account;
  const killing = kill?.state === "running";
  return (
    <header className="bar">
      <Link className="brand" href={paths.overview} aria-label={words.nav.home}>
        <Mark />
        <span>{words.product}</span>
      </Link>
      <div className="what">
        <span><span className="word">{words.mode[mode]}</span> <span className="sub">{words.mode[`${mode}Note`]}</span></span>
        <span className="wide">{account.name}</span>
        {market && <span className="sim sub"><span className="wide">{market.long}</span><span className="short">{market.short}</span></span>}
        {mode === "paper" && !stopped && <span className="opt sub">{words.mode.nothingReaches}</span>}
        {mode === "live" && armed && <span className="opt sub">{words.execution.armedUntil(untilText(armed.until, serverNow(), wallZone))}</span>}
        {stopped && <span className="halted">{account.trading_state === "HALTED" ? words.mode.halted : words.mode.reducing}</span>}
      </div>
      <div className="right">
        <SessionNote />
        <MarketClock />
        <button type="button" className={stopOpen || killing ? "stop on" : "stop"} aria-keyshortcuts="Shift+S" aria-haspopup="dialog" onClick={onStop}>
          <Icon name="stop" />
          <span>{killing ? <>{words.kill.stoppingShort}<span className="wide">{words.kill.stopping(stepNow(kill), kill.steps.length)}</span></> : account.trading_state === "HALTED" ? words.stop.halted : <>{words.stop.button}<span className="wide">{words.stop.buttonWide}</span></>}</span>
        </button>
      </div>
    </header>
  );
}
