/** One bot: its chart, why it did or did not trade, what it holds, and what can be done with it. Fed by its documents. */
import { useMemo, useState } from "react";
import { judgedBars } from "../decisions";
import type { Bot } from "../documents";
import type { Decisions } from "../marketDocuments";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { usePositionsNow } from "../live/usePositionsNow";
import { dayKey, hourOf } from "../moments";
import { BotDeeds } from "../panes/BotDeeds";
import { BotPositionPane } from "../panes/BotPositionPane";
import { botLine } from "../panes/BotsPane";
import { BotVitals } from "../panes/BotVitals";
import { CandlePane } from "../panes/CandlePane";
import { DecisionsPane } from "../panes/DecisionsPane";
import { ParametersPane } from "../panes/ParametersPane";
import { BotTradesPane } from "../panes/BotTradesPane";
import { TwinPane } from "../panes/TwinPane";
import { BotState } from "../parts/BotState";
import { Icon } from "../parts/Icon";
import { Mode, modeOf } from "../parts/Mode";
import { Blank, Loading, Pane } from "../parts/Pane";
import { queries } from "../queries";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

const HOUR = 3_600_000;
/** Hours of decisions that are read: a whole NSE session and some. */
const HOURS_BACK = 8;

/** The document ids' hours, newest first; changes once an hour. */
function useHours(): { day: string; hour: string }[] {
  const { clock, marketZone } = useAccount();
  const hourNow = clock ? Math.floor(clock.marketAt / HOUR) : null;
  return useMemo(() => {
    if (hourNow === null) return [];
    // Zones are off by half hours too: one hour more covers the one that both ends cut.
    const hours = Array.from({ length: HOURS_BACK + 1 }, (_, n) => (hourNow - n + 1) * HOUR - 1);
    return hours.map((at) => ({ day: dayKey(at, marketZone), hour: String(hourOf(at, marketZone)).padStart(2, "0") }));
  }, [hourNow, marketZone]);
}

function Symbols({ bot, shown, choose }: { bot: Bot; shown: string; choose: (symbol: string) => void }) {
  if (bot.symbols.length < 2) return null;
  return (
    <div className="pane slim">
      <div className="tabs" role="group" aria-label={words.bot.chart.symbols}>
        {bot.symbols.map((s) => (
          <button type="button" key={s} aria-pressed={s === shown} onClick={() => choose(s)}>{s}</button>
        ))}
      </div>
    </div>
  );
}

function Known({ bot }: { bot: Bot }) {
  const { account, owner } = useAccount();
  const positions = usePositionsNow();
  // What it holds, else its strongest symbol as it was when the page opened: a chart must not change under its reader.
  const [chosen, setChosen] = useState(() => positions?.find((p) => p.position.bot_id === bot.id)?.position.symbol ?? bot.status?.symbol);
  const symbol = chosen && bot.symbols.includes(chosen) ? chosen : (bot.symbols[0] ?? "");
  const hours = useHours();
  const decisions = useLive<Decisions>(hours.length > 0 ? queries.decisions(owner, bot.id, hours) : null).rows;
  const judged = useMemo(() => decisions && judgedBars(decisions, symbol), [decisions, symbol]);
  const position = positions?.find((p) => p.position.bot_id === bot.id && p.position.symbol === symbol);
  return (
    <>
      <header className="head">
        <Link className="btn icon quiet back" href={paths.bots} aria-label={words.bot.back}><Icon name="left" /></Link>
        <h1>{bot.name}</h1>
        <Mode mode={modeOf(account)} />
        <BotState bot={bot} />
        <span className="dim">{botLine(bot)}</span>
        <BotDeeds bot={bot} />
      </header>
      <BotVitals bot={bot} />
      <div className="c8 col">
        <Symbols bot={bot} shown={symbol} choose={setChosen} />
        <CandlePane key={symbol} bot={bot} symbol={symbol} position={position} judged={judged} />
        <DecisionsPane bars={judged} strategy={bot.strategy} />
      </div>
      <div className="c4 col">
        <BotPositionPane now={position} symbol={symbol} />
        <TwinPane bot={bot} />
        <ParametersPane bot={bot} />
        <BotTradesPane bot={bot.id} />
      </div>
    </>
  );
}

export function BotPage({ id }: { id: string }) {
  const { bots, positions } = useAccount();
  const bot = bots.rows?.find((b) => b.id === id);
  // The chart opens on what the bot holds: so that must be known first.
  const known = positions.rows !== undefined || positions.error !== undefined;
  if (bot && known) return <Known key={bot.id} bot={bot} />;
  return (
    <>
      <header className="head"><h1>{words.bots.name}</h1></header>
      {bots.rows && !bot ? (
        <Pane id="missing" title={words.bot.missing}><Blank title={words.bot.missingDetail}><Link className="link" href={paths.bots}>{words.bot.back}</Link></Blank></Pane>
      ) : <Pane id="missing" title={words.bots.name}><Loading what={words.bots.name} /></Pane>}
    </>
  );
}
