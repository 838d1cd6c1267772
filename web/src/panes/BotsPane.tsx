/** The account's bots, a row each: state, score, can it trade, what comes next, net today. Fed by bots, positions and quotes. */
import type { Bot } from "../documents";
import { useAccount } from "../live/Account";
import { usePositionsNow } from "../live/usePositionsNow";
import { LATE_AFTER_S } from "../parts/Age";
import { BotState } from "../parts/BotState";
import { Countdown } from "../parts/Countdown";
import { Pnl } from "../parts/Figures";
import { Mode, modeOf } from "../parts/Mode";
import { Blank, Pane, Rows } from "../parts/Pane";
import { Ready } from "../parts/Ready";
import { Score } from "../parts/Score";
import { Table, type Column } from "../parts/Table";
import { botNet, type PositionNow } from "../pnl";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

/** "confluence · INFY, TCS · 3 min" */
export function botLine(bot: Bot): string {
  return `${words.strategy.name(bot.strategy)} · ${bot.symbols.join(", ")} · ${words.bots.timeframe(bot.timeframe)}`;
}

export function Next({ bot }: { bot: Bot }) {
  const next = bot.status?.countdown;
  if (!next?.kind || next.until === null) return null;
  return (
    <>
      <small>{words.bots.countdown[next.kind] ?? next.kind}</small>
      <Countdown until={next.until} />
    </>
  );
}

function Net({ bot, positions, currency }: { bot: Bot; positions: PositionNow[] | undefined; currency: string }) {
  const day = botNet(bot, positions);
  if (!day) return <span className="dim">–</span>;
  return (
    <>
      <Pnl value={day.net} currency={currency} stale={day.stale.length > 0} strong />
      <small>{words.bots.openClosed(day.open, bot.status?.trades_today ?? 0)}</small>
    </>
  );
}

export function BotsPane() {
  const { account, bots } = useAccount();
  const positions = usePositionsNow();
  const columns: Column<Bot>[] = [
    { key: "name", head: words.bots.name, cell: "who", show: (b) => <Link className="two" href={paths.bot(b.id)}><b>{b.name}</b><small>{botLine(b)}</small></Link> },
    { key: "state", head: words.bots.state, cell: "state", show: (b) => <><Mode mode={modeOf(account)} /> <BotState bot={b} /></> },
    { key: "score", head: words.bots.score, cell: "full", show: (b) => (
      <>
        <Score score={b.status?.score ?? null} temperature={b.status?.temperature ?? null} />
        {b.symbols.length > 1 && b.status?.symbol && <small>{words.bots.strongest(b.status.symbol)}</small>}
      </>
    ) },
    { key: "ready", head: words.bots.canTrade, cell: "full", show: (b) => <Ready bot={b} /> },
    { key: "next", head: words.bots.next, cell: "next num", show: (b) => <Next bot={b} /> },
    { key: "net", head: words.bots.netToday, right: true, cell: "sum", show: (b) => <Net bot={b} positions={positions} currency={account.currency} /> },
  ];
  const running = bots.rows?.filter((b) => b.status?.state === "running").length ?? 0;
  const newBot = <Link className="link small" href={paths.newBot}>{words.bots.newBot}</Link>;
  return (
    <Pane
      id="bots" title={words.bots.title} at={account.updated_at} limitS={LATE_AFTER_S}
      beside={<>{bots.rows && bots.rows.length > 0 && <span className="dim small">{words.bots.running(running, bots.rows.length)}</span>}{newBot}</>}
    >
      <Rows live={bots} what={words.bots.title} empty={<Blank title={words.bots.empty} detail={words.bots.emptyDetail} />}>
        {(rows) => <Table label={words.bots.title} className="bots" columns={columns} rows={[...rows].sort((a, b) => a.name.localeCompare(b.name))} id={(b) => b.id} />}
      </Rows>
    </Pane>
  );
}
