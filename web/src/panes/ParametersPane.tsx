/** A bot's parameters, sizing, exits, and how it adds and sends. Fed by the bot's document, and by GET /strategies for what it leaves at its default; changed through its edit form. */
import { useStrategies } from "../api/useStrategies";
import { EXITS } from "../botForm";
import type { Bot, Canary } from "../documents";
import { useAccount } from "../live/Account";
import { count, money, percent, quantity, score } from "../numbers";
import { Pane } from "../parts/Pane";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { sizeText } from "../sizing";
import type { StrategyKind } from "../strategies";
import { words } from "../words";

/** A parameter's unit is the end of its name. */
const UNITS: Record<string, (value: number) => string> = {
  _s: (n) => words.bot.seconds(quantity(n)), _minutes: (n) => words.strategy.minutes(quantity(n)), _days: (n) => words.strategy.days(quantity(n)),
  _bars: (n) => words.strategy.bars(quantity(n)), _bps: (n) => words.bot.bps(quantity(n)), _pct: percent,
};

function parameterText(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? words.bot.yes : words.bot.no;
  if (typeof value !== "number") return String(value ?? words.bot.none);
  if (name === "buy_at") return score(value);
  if (name === "sell_at") return score(-value);
  const unit = Object.entries(UNITS).find(([end]) => name.endsWith(end))?.[1];
  return unit ? unit(value) : quantity(value);
}

/** Known ones first, in the order of the words; a document keeps none. */
function inOrder(parameters: Bot["parameters"]): [string, unknown][] {
  const names = Object.keys(words.strategy.parameterNames);
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.entries(parameters).sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b));
}

/** The limits of a bot that is new on live, while they hold. */
function CanaryList({ canary, currency }: { canary: Canary; currency: string }) {
  const names = words.execution.canaryNames;
  const rows: [string, string][] = [];
  if (canary.notional_max !== null) rows.push([names.notional_max, money(canary.notional_max, currency)]);
  if (canary.leverage_max != null) rows.push([names.leverage_max, words.risk.times(String(canary.leverage_max))]);
  if (canary.symbols.length > 0) rows.push([names.symbols, canary.symbols.join(", ")]);
  rows.push([names.trades, words.execution.canaryUntil(count(canary.trades_done), count(canary.trades))]);
  return (
    <>
      <h3 className="why">{words.execution.canary}</h3>
      <p className="mut small">{words.execution.canaryNote}</p>
      <dl className="dl">{rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="num">{value}</dd></div>)}</dl>
    </>
  );
}

/** Stop and target always, since their absence matters; the others where they are set. */
function exitRows(exits: Bot["exits"]): [string, string][] {
  const text = (name: string, value: number) => (name.endsWith("_s") ? words.bot.seconds(quantity(value)) : name.endsWith("_bps") ? words.bot.bps(quantity(value)) : percent(value));
  const named = (name: string) => words.bot.exitNames[name] ?? name.replaceAll("_", " ");
  const first: [string, string][] = [[words.bot.dl.stop, exits?.stop_pct == null ? words.bot.none : percent(exits.stop_pct)], [words.bot.dl.target, exits?.target_pct == null ? words.bot.none : percent(exits.target_pct)]];
  const others = EXITS.slice(2).flatMap((name): [string, string][] => {
    const value = exits?.[name as keyof typeof exits];
    return value ? [[named(name), text(name, value)]] : [];
  });
  return [...first, ...others];
}

/** How it adds and how it sends, where that is not the default. */
function sendingRows({ building, execution }: Bot): [string, string][] {
  const rows: [string, string][] = [];
  if (building && (building.policy !== "equal_size" || building.tranches_max !== null)) {
    rows.push([words.form.buildingPolicy, words.form.buildingPolicies[building.policy] ?? building.policy]);
    if (building.tranches_max !== null) rows.push([words.form.buildingNames.tranches_max ?? "", quantity(building.tranches_max)]);
  }
  if (execution && execution.entries !== "market") rows.push([words.form.entries, words.form.entryStyles[execution.entries] ?? execution.entries]);
  if (execution && execution.exits !== "market") rows.push([words.form.exitOrders, words.form.exitStyles[execution.exits] ?? execution.exits]);
  return rows;
}

/** All that the bot trades by: a parameter that its document does not name is at its default. */
function inForce(bot: Bot, kinds: readonly StrategyKind[] | null): Bot["parameters"] {
  const usual = kinds?.find((kind) => kind.name === bot.strategy)?.parameters ?? [];
  return { ...Object.fromEntries(usual.map((parameter) => [parameter.name, parameter.default])), ...bot.parameters };
}

export function ParametersPane({ bot }: { bot: Bot }) {
  const { currency } = useAccount().account;
  const { kinds } = useStrategies();
  const rows: [string, string][] = [
    ...inOrder(inForce(bot, kinds)).map(([name, value]): [string, string] => [words.strategy.parameter(name), parameterText(name, value)]),
    [words.bot.entrySize, sizeText(bot.sizing, currency)],
    ...exitRows(bot.exits),
    ...sendingRows(bot),
  ];
  return (
    <Pane id="parameters" title={words.bot.parameters} beside={<Link className="link small push" href={paths.editBot(bot.id)}>{words.bot.edit}</Link>}>
      <dl className="dl">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
      {bot.status?.canary && <CanaryList canary={bot.status.canary} currency={currency} />}
    </Pane>
  );
}
