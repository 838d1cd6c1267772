/** A signal that a person tries, and what comes of it: signal, order, fill, position. Fed by BotDeeds and by the documents of the rehearsal's own account, which no other screen shows. */
import { useMemo, useState } from "react";
import { deeds, type Tried } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import type { Bot, Fill, Order, Position, Side, Signal } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { money, price, quantity } from "../numbers";
import { CommandButton } from "../parts/CommandButton";
import { Choice, FieldError } from "../parts/Field";
import { Pnl } from "../parts/Figures";
import { OrderChip } from "../parts/OrderChip";
import { Sheet } from "../parts/Sheet";
import { queries } from "../queries";
import { Step } from "../shell/KillSteps";
import { words } from "../words";

const { tryOut: said } = words;
const OVER: Order["state"][] = ["cancelled", "rejected", "expired", "refused"];

function Held({ position, currency }: { position: Position; currency: string }) {
  return (
    <p>
      {said.held(quantity(position.quantity, currency))} <Pnl value={position.pnl + position.realized_pnl - position.charges} currency={currency} />{" "}
      <CommandButton deed={() => deeds.closePosition(position.id)} asked={said.closing} done={said.closed}>{said.closePosition}</CommandButton>
    </p>
  );
}

function Watched({ tried, symbol }: { tried: Tried; symbol: string }) {
  const { account } = useAccount();
  const { currency } = account;
  const owner = useMemo(() => ({ user: account.user_id, account: tried.account_id }), [account.user_id, tried.account_id]);
  const signal = useLive<Signal>(queries.signals(owner)).rows?.find((s) => s.id === tried.signal_id);
  const order = useLive<Order>(queries.orders(owner)).rows?.find((o) => o.id === signal?.order_id);
  const fill = useLive<Fill>(queries.fills(owner)).rows?.find((f) => order !== undefined && f.order_id === order.id);
  const position = useLive<Position>(queries.positions(owner)).rows?.find((p) => p.bot_id === tried.bot_id && p.symbol === symbol);
  const refused = signal !== undefined && signal.outcome !== "ordered";
  const ended = order !== undefined && OVER.includes(order.state);
  return (
    <ol className="steps" aria-live="polite">
      <Step number={1} state={!signal ? "running" : refused ? "failed" : "done"} title={said.steps.signal}>
        <p>{signal ? said.signal(signal.type, signal.symbol, price(signal.price, currency)) : said.waiting}</p>
        {refused && <p>{said.blocked(signal.blocking_detail ?? signal.blocking_reason ?? signal.outcome)}</p>}
      </Step>
      {signal && !refused && (
        <>
          <Step number={2} state={!order ? "running" : ended ? "failed" : "done"} title={said.steps.order} right={order && <OrderChip state={order.state} />}>
            {(order === undefined || order.reason) && <p>{order?.reason ?? said.waiting}</p>}
          </Step>
          <Step number={3} state={fill ? "done" : ended ? "failed" : "running"} title={said.steps.fill}>
            {fill ? <p>{said.filled(quantity(fill.quantity, currency), price(fill.price, currency), money(fill.charges, currency))}</p> : !ended && <p>{said.waiting}</p>}
          </Step>
          <Step number={4} state={fill ? "done" : "waiting"} title={said.steps.position}>
            {position ? <Held position={position} currency={currency} /> : fill && <p>{said.flat}</p>}
          </Step>
        </>
      )}
    </ol>
  );
}

export function TrySignal({ bot, onClose }: { bot: Bot; onClose: () => void }) {
  const { busy, sentence, run } = useDeed();
  const [symbol, setSymbol] = useState(bot.symbols[0] ?? "");
  const [tried, setTried] = useState<Tried | null>(null);
  const send = (side: Side) => run(async () => setTried(await deeds.tryBot(bot.id, symbol, side)));
  return (
    <Sheet label={said.deed} onClose={onClose}>
      <h2>{said.deed}</h2>
      <p>{said.ask(bot.name)}</p>
      {tried ? <Watched key={tried.signal_id} tried={tried} symbol={symbol} /> : bot.symbols.length > 1 && (
        <Choice label={said.symbol} value={symbol} options={bot.symbols} name={(each) => each} onChange={setSymbol} />
      )}
      {sentence && <FieldError>{sentence}</FieldError>}
      <p className="act">
        {tried ? <button type="button" className="btn" onClick={() => setTried(null)}>{said.another}</button> : (["BUY", "SELL"] as const).map((side) => (
          <button type="button" className="btn primary" key={side} disabled={busy} onClick={() => send(side)}>{said.sides[side]}</button>
        ))}
        <button type="button" className="btn" onClick={onClose}>{said.close}</button>
      </p>
    </Sheet>
  );
}
