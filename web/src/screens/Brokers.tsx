/** Brokers: of each the keys that let the engine in, and the check of it. Fed by the API and the account's examinations. */
import { Fragment } from "react";
import { brokersFrom } from "../brokers";
import { useAccount } from "../live/Account";
import { BrokerKeysPane } from "../panes/BrokerKeysPane";
import { ExaminationPane } from "../panes/ExaminationPane";
import { words } from "../words";

export function Brokers() {
  const { account } = useAccount();
  return (
    <>
      <header className="head"><h1>{words.brokers.nav}</h1></header>
      {brokersFrom(account.market).map((broker) => (
        <Fragment key={broker.name}>
          <BrokerKeysPane broker={broker} />
          <ExaminationPane broker={broker} />
        </Fragment>
      ))}
    </>
  );
}
