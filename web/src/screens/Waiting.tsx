/** Before there is an account to show: looking, none yet, or refused. Fed by the accounts query. */
import { BROKERS } from "../brokers";
import type { Account } from "../documents";
import { useOfflineSince } from "../live/connection";
import type { Live } from "../live/useLive";
import { BrokerKeysPane } from "../panes/BrokerKeysPane";
import { Blank, Loading } from "../parts/Pane";
import { Mark } from "../parts/Mark";
import { Notice } from "../parts/Notice";
import { leave } from "../session/signIn";
import { words } from "../words";

export function Waiting({ accounts }: { accounts: Live<Account> }) {
  const offline = useOfflineSince();
  return (
    <main className="sign-in">
      <h1><Mark />{words.product}</h1>
      {offline !== null && <Notice tone="bad"><p>{words.start.outOfReach}</p></Notice>}
      {accounts.error !== undefined ? (
        <Blank title={words.start.accountsFailed} detail={words.pane.failedDetail(accounts.error)}>
          <button type="button" className="btn" onClick={accounts.again}>{words.pane.again}</button>
        </Blank>
      ) : accounts.rows ? <><Blank title={words.start.noAccount} detail={words.start.noAccountDetail} />{BROKERS.map((broker) => <BrokerKeysPane key={broker.name} broker={broker} />)}</> : <Loading what={words.start.waiting} />}
      <p><button type="button" className="btn quiet" onClick={() => void leave()}>{words.signIn.out}</button></p>
    </main>
  );
}
