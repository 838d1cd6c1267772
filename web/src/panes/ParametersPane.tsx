/** A bot's parameters, sizing and exits as they are set. Fed by the bot's document; changed through its edit form. */
import type { Bot } from "../documents";
import { useAccount } from "../live/Account";
import { money, percent, quantity, score } from "../numbers";
import { Pane } from "../parts/Pane";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

function parameterText(name: string, value: unknown): string {
  if (typeof value === "boolean") return value ? words.bot.yes : words.bot.no;
  if (typeof value !== "number") return String(value ?? words.bot.none);
  if (name === "buy_at") return score(value);
  if (name === "sell_at") return score(-value);
  return name.endsWith("_s") ? words.bot.seconds(quantity(value)) : quantity(value);
}

/** Known ones first, in the order of the words; a document keeps none. */
function inOrder(parameters: Bot["parameters"]): [string, unknown][] {
  const names = Object.keys(words.bot.parameterNames);
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.entries(parameters).sort(([a], [b]) => place(a) - place(b) || a.localeCompare(b));
}

function sizeText(sizing: Bot["sizing"], currency: string): string {
  if (sizing.kind === "quantity") return quantity(sizing.value, currency);
  return sizing.kind === "notional" ? money(sizing.value, currency) : words.bot.ofEquity(percent(sizing.value));
}

export function ParametersPane({ bot }: { bot: Bot }) {
  const { currency } = useAccount().account;
  const limit = (value: number | null | undefined) => (value == null ? words.bot.none : percent(value));
  const rows: [string, string][] = [
    ...inOrder(bot.parameters).map(([name, value]): [string, string] => [words.bot.parameterNames[name] ?? name.replaceAll("_", " "), parameterText(name, value)]),
    [words.bot.entrySize, sizeText(bot.sizing, currency)],
    [words.bot.dl.stop, limit(bot.exits?.stop_pct)],
    [words.bot.dl.target, limit(bot.exits?.target_pct)],
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
    </Pane>
  );
}
