/** Brokers: the keys that let the engine in, and the check before the open. Fed by the API and the account's examinations. */
import { BrokerKeysPane } from "../panes/BrokerKeysPane";
import { ExaminationPane } from "../panes/ExaminationPane";
import { words } from "../words";

export function Brokers() {
  return (
    <>
      <header className="head"><h1>{words.brokers.nav}</h1></header>
      <BrokerKeysPane />
      <ExaminationPane />
    </>
  );
}
