/** Risk: whether the account trades and in which mode, how far each limit is, what has tripped, and the policy. Fed by the account's documents. */
import { BreakersPane } from "../panes/BreakersPane";
import { KillPane } from "../panes/KillPane";
import { LimitsPane } from "../panes/LimitsPane";
import { ModePane } from "../panes/ModePane";
import { PolicyPane } from "../panes/PolicyPane";
import { StatePane } from "../panes/StatePane";
import { words } from "../words";
import { MarketDay } from "./Overview";

export function Risk() {
  return (
    <>
      <header className="head">
        <h1>{words.nav.risk}</h1>
        <MarketDay />
      </header>
      <KillPane />
      <div className="c4 col">
        <StatePane />
        <ModePane />
      </div>
      <LimitsPane className="c8" />
      <BreakersPane />
      <PolicyPane />
    </>
  );
}
