/** Arming live trading: how long, what is at stake in numbers, LIVE typed, a sign-in of now. Fed by the account and its limits; sends arm. */
import { useState, type FormEvent } from "react";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import { useAccount } from "../live/Account";
import { useTicking } from "../live/ticker";
import { useLimits } from "../live/useRisk";
import { untilText } from "../moments";
import { money } from "../numbers";
import { Choice, Field, FieldError } from "../parts/Field";
import { Sheet } from "../parts/Sheet";
import { words } from "../words";
import { SignInAgain } from "./SignInAgain";

const HOURS = ["1", "2", "4", "8", "12", "24"];
/** The problem's kind where the sign-in is too old. */
const TOO_OLD = "recent-sign-in";

function Stakes() {
  const { account } = useAccount();
  const { inForce } = useLimits();
  /** The nearer of a share of equity and an amount, where there is one. */
  const share = (name: string, amount?: string) => {
    const [pct, most] = [inForce[name], amount && inForce[amount]];
    const found = [typeof pct === "number" ? (account.equity * pct) / 100 : undefined, typeof most === "number" ? most : undefined].filter((each) => each !== undefined);
    return found.length > 0 ? Math.min(...found) : undefined;
  };
  const rows: [string, number | undefined][] = [
    [words.execution.equity, account.equity], [words.execution.dayLoss, share("day_loss_max_pct", "day_loss_max")],
    [words.execution.atRisk, share("at_risk_max_pct")], [words.execution.entry, share("notional_max_pct", "notional_max")],
  ];
  return (
    <>
      <h3>{words.execution.stakes}</h3>
      <dl className="dl">{rows.map(([name, value]) => value !== undefined && <div key={name}><dt>{name}</dt><dd className="num">{money(value, account.currency)}</dd></div>)}</dl>
      <p className="mut small">{words.execution.stakesNote}</p>
    </>
  );
}

export function ArmSheet({ onClose }: { onClose: () => void }) {
  const { account, wallZone } = useAccount();
  const { busy, sentence, kind, run, clear } = useDeed();
  const [hours, setHours] = useState("8");
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const until = useTicking((now) => untilText(now + Number(hours) * 3_600_000, now, wallZone));
  const arm = async () => {
    if (await run(() => deeds.arm(account.id, Number(hours)))) onClose();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    clear();
    setWrong(typed !== words.execution.word);
    if (typed === words.execution.word) void arm();
  };
  const tooOld = kind === TOO_OLD;
  return (
    <Sheet label={words.execution.arm} onClose={onClose}>
      <h2>{words.execution.arm}</h2>
      {tooOld ? <SignInAgain onDone={() => void arm()} /> : (
        <form className="arm" onSubmit={send} noValidate>
          <Stakes />
          <Choice label={words.execution.hours} value={hours} options={HOURS} name={words.execution.hoursName} onChange={setHours} />
          <Field label={words.execution.type} value={typed} autoComplete="off" error={wrong ? words.execution.wrong : undefined} onChange={(e) => setTyped(e.target.value)} />
          {sentence && <FieldError>{sentence}</FieldError>}
          <p className="act">
            <button type="submit" className="btn critical" disabled={busy}>{words.execution.until(until)}</button>
            <button type="button" className="btn" onClick={onClose}>{words.stop.cancel}</button>
          </p>
        </form>
      )}
    </Sheet>
  );
}
