/** One difference: broker, books and screen side by side, the cause, and the decision. Fed by DifferencesPane. */
import { useId, useState } from "react";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import { objectOf, outcome, RESOLUTIONS, titleOf, type Difference, type Resolution } from "../differences";
import type { Command, Order } from "../documents";
import { useAccount } from "../live/Account";
import { useOfflineSince } from "../live/connection";
import { useLive } from "../live/useLive";
import { clock, minutesOn } from "../moments";
import { quantity } from "../numbers";
import { FieldError } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { Pane } from "../parts/Pane";
import { queries } from "../queries";
import { words } from "../words";

const ABOUT_AN_ORDER = new Set<Difference["kind"]>(["missed_status", "killed_by_broker", "unknown_order", "lapsed_order", "late_order", "foreign_order"]);

interface CardProps {
  found: Difference;
  onDecided: (sentence: string) => void;
}

export function DifferenceCard({ found, onDecided }: CardProps) {
  const { account, marketZone } = useAccount();
  const waits = found.kind === "unknown_order";
  return (
    <Pane
      id={`difference-${found.id}`} title={titleOf(found, account.currency)} at={account.truth.checked_at}
      beside={<span className="mut small">{words.differences.found(minutesOn(found.found_at, account.market_at ?? found.found_at, marketZone))}</span>}
    >
      <Three found={found} />
      <p className="mut cause">{words.differences.causes[found.kind]} {waits ? words.differences.untilAnswer(found.symbol) : words.differences.until(found.symbol)}</p>
      {!waits && <Decision found={found} onDecided={onDecided} />}
    </Pane>
  );
}

/** What each of the three says, in its own words. */
function Three({ found }: { found: Difference }) {
  return (
    <dl className="three">
      <div className="out"><dt>{words.differences.broker}</dt><dd>{found.theirs}</dd></div>
      <div><dt>{words.differences.books}</dt><dd>{found.ours}</dd></div>
      <div><dt>{words.differences.screen}</dt><dd><OnScreen found={found} /><small>{words.differences.sameAsBooks}</small></dd></div>
    </dl>
  );
}

/** What this page shows of it: the order where an order differs, else what is held in the symbol. */
function OnScreen({ found }: { found: Difference }) {
  const { account, owner } = useAccount();
  const held = useHeld(found.symbol);
  const orders = useLive<Order>(queries.orders(owner)).rows;
  if (!ABOUT_AN_ORDER.has(found.kind)) return words.differences.held(quantity(held.reduce((sum, each) => sum + each, 0), account.currency));
  const order = orders?.find((each) => each.id === found.order_id);
  return order ? words.orders.states[order.state] ?? order.state : words.differences.noOrder;
}

function useHeld(symbol: string): number[] {
  const { positions } = useAccount();
  return (positions.rows ?? []).filter((each) => each.symbol === symbol).map((each) => each.quantity);
}

/** Three choices, none taken at first; what one would do stands in it, and a refusal below all. */
function Decision({ found, onDecided }: CardProps) {
  const { account, owner, wallZone } = useAccount();
  const { busy, sentence, run, clear } = useDeed();
  const [choice, setChoice] = useState<Resolution | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const command = useLive<Command>(asked ? queries.command(owner, asked) : null).rows?.[0];
  const failed = command?.state === "failed" ? String(command.result?.reason ?? words.api.notCarriedOut) : null;
  const held = useHeld(found.symbol);
  const offline = useOfflineSince();
  const group = useId();
  const what = objectOf(found, account.currency);
  const waiting = asked !== null && failed === null;
  const off = offline !== null || busy || waiting;
  const decide = (resolution: Resolution) => run(async () => {
    const answer = await deeds.resolveDifference(found.id, resolution);
    if (answer.state === "done") onDecided(words.differences.done(titleOf(found, account.currency), answer.result?.result ?? resolution));
    setAsked(answer.command_id ?? null);
  });
  const take = (resolution: Resolution) => {
    clear();
    setAsked(null);
    setChoice(resolution);
  };
  return (
    <>
      {offline !== null && <Notice tone="warn"><p>{words.differences.offline(clock(offline, wallZone))}</p></Notice>}
      <fieldset className="choices three-choices" disabled={off}>
        <legend className="sr">{words.differences.question(what)}</legend>
        {RESOLUTIONS.map((each) => (
          <label className="choice" key={each}>
            <b>
              <input
                type="radio" name={group} checked={choice === each} onChange={() => take(each)}
                aria-label={words.differences.choices[each]} aria-describedby={`${group}-${each}`}
              />
              {words.differences.choices[each]}
            </b>
            <span id={`${group}-${each}`}>{outcome(found, each, held, account.currency)}</span>
          </label>
        ))}
      </fieldset>
      {(sentence ?? failed) && <p className="refusal" role="alert"><FieldError>{sentence ?? failed}</FieldError></p>}
      <p className="act">
        <button type="button" className="btn primary wide-p" disabled={off || choice === null} onClick={() => choice && void decide(choice)}>
          {choice === null ? words.differences.chooseFirst : words.differences.press(words.differences.choices[choice], what)}
        </button>
        <span className="dim small" role="status">{waiting ? words.differences.asked : words.differences.by}</span>
      </p>
    </>
  );
}
