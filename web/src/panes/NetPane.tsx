/** Gross, charges and net side by side for day, week, month and all; below, the account and its room to the limits. Fed by profits, accounts and useRisk. */
import type { Period, Profit } from "../documents";
import { useAccount } from "../live/Account";
import { useLive } from "../live/useLive";
import { usePositionsNow } from "../live/usePositionsNow";
import { useLimitUses } from "../live/useRisk";
import { money, percent } from "../numbers";
import { LATE_AFTER_S } from "../parts/Age";
import { Pnl } from "../parts/Figures";
import { LimitMeters } from "../parts/LimitMeters";
import { Blank, Pane, Rows } from "../parts/Pane";
import { queries } from "../queries";
import { Link } from "../shell/Link";
import { paths } from "../shell/routes";
import { words } from "../words";

const PERIODS: Period[] = ["day", "week", "month", "all"];

function NetTable({ profits, currency }: { profits: Profit[]; currency: string }) {
  const rows = PERIODS.flatMap((period) => profits.filter((p) => p.period === period));
  return (
    <table className="net">
      <thead>
        <tr>
          <th scope="col">{words.net.period}</th>
          <th scope="col" className="r">{words.net.gross}</th>
          <th scope="col" className="r">{words.net.charges}</th>
          <th scope="col" className="r">{words.net.net}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((p) => (
          <tr key={p.id}>
            <td>{words.net.periods[p.period]}<small>{words.net.trades(p.trades)}</small></td>
            <td className="r num mut">{money(p.gross_pnl, currency, true)}</td>
            <td className="r num mut">{money(-p.charges, currency)}</td>
            <td className="r"><Pnl value={p.net_pnl} currency={currency} strong /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AccountList() {
  const { account } = useAccount();
  const invested = usePositionsNow()?.reduce((sum, p) => sum + p.notional, 0);
  const rows: [string, string][] = [
    [words.net.cash, money(account.cash, account.currency)],
    [words.net.invested, invested === undefined ? "–" : money(invested, account.currency)],
    [words.net.chargesDay, money(account.charges_day, account.currency)],
    [words.net.highWater, money(account.high_water_mark, account.currency)],
    [words.net.drawdown, percent(account.drawdown_pct)],
  ];
  return (
    <dl className="dl">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Room() {
  const uses = useLimitUses();
  if (!uses || uses.length === 0) return null;
  return (
    <>
      <div className="cap room"><h3>{words.net.room}</h3><Link className="link small push" href={paths.risk}>{words.risk.policyLink}</Link></div>
      <LimitMeters uses={uses} />
    </>
  );
}

export function NetPane() {
  const { account, owner } = useAccount();
  const profits = useLive<Profit>(queries.profits(owner));
  return (
    <Pane id="net" title={words.net.title} className="c4" beside={<span className="dim small">{words.net.closedOnly}</span>} at={account.updated_at} limitS={LATE_AFTER_S}>
      <div className="duo">
        <div>
          <Rows live={profits} what={words.net.title} empty={<Blank title={words.net.empty} detail={words.net.emptyDetail} />}>
            {(rows) => <NetTable profits={rows} currency={account.currency} />}
          </Rows>
        </div>
        <div className="second">
          <h3 className="cap">{words.net.account}</h3>
          <AccountList />
          <Room />
        </div>
      </div>
    </Pane>
  );
}
