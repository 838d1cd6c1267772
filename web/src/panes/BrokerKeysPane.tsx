/** The keys of a broker: whether they are set, given, replaced, removed. Fed by the API; a secret goes out of here once and never comes back. */
import { useState, type ClipboardEvent, type FormEvent } from "react";
import { deeds } from "../api/deeds";
import { useBrokerKeys } from "../api/useBrokerKeys";
import { useDeed } from "../api/useDeed";
import { keysInFile, type Broker } from "../brokers";
import { dayLong } from "../moments";
import { Field, FieldError } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { Blank, Loading, Pane } from "../parts/Pane";
import { Sheet } from "../parts/Sheet";
import { words } from "../words";
import { SignInAgain } from "./SignInAgain";

const empty = (broker: Broker): Record<string, string> => Object.fromEntries(broker.fields.map(({ name }) => [name, ""]));
/** The problem's kind where the sign-in is too old. */
const TOO_OLD = "recent-sign-in";

function KeysForm({ broker, label, onDone, onCancel }: { broker: Broker; label: string; onDone: () => void; onCancel?: () => void }) {
  const { busy, sentence, fields, kind, run } = useDeed();
  const [typed, setTyped] = useState(() => empty(broker));
  const save = async () => {
    if (!(await run(() => deeds.setBrokerKeys(broker.name, typed)))) return;
    setTyped(empty(broker));
    onDone();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  const paste = (event: ClipboardEvent) => {
    const found = broker.name === "coinbase" ? keysInFile(event.clipboardData.getData("text")) : null;
    if (!found) return;
    event.preventDefault();
    setTyped(found);
  };
  if (kind === TOO_OLD) return <SignInAgain note={words.brokers.againNote} onDone={() => void save()} />;
  return (
    <form className="keys" onSubmit={send} onPaste={paste} noValidate autoComplete="off">
      <div className="fields">
        {broker.fields.map(({ name, hidden, numeric }) => (
          <Field
            key={name} label={words.brokers.fields[name] ?? name} hint={words.brokers.hints[name]} error={fields[name]} value={typed[name] ?? ""}
            type={hidden ? "password" : "text"} autoComplete="off" spellCheck={false} autoCapitalize="off"
            inputMode={numeric ? "numeric" : "text"} onChange={(e) => setTyped({ ...typed, [name]: e.target.value })}
          />
        ))}
      </div>
      {sentence && Object.keys(fields).length === 0 && <FieldError>{sentence}</FieldError>}
      <p className="act">
        <button type="submit" className="btn primary" disabled={busy}>{label}</button>
        {onCancel && <button type="button" className="btn" onClick={onCancel}>{words.brokers.cancel}</button>}
      </p>
    </form>
  );
}

function RemoveSheet({ broker, onClose, onDone }: { broker: Broker; onClose: () => void; onDone: () => void }) {
  const { busy, sentence, kind, run } = useDeed();
  const remove = async () => {
    if (await run(() => deeds.removeBrokerKeys(broker.name))) onDone();
  };
  return (
    <Sheet label={words.brokers.removeTitle(broker.name)} onClose={onClose}>
      <h2>{words.brokers.removeTitle(broker.name)}</h2>
      {kind === TOO_OLD ? <SignInAgain note={words.brokers.againNote} onDone={() => void remove()} /> : (
        <>
          <p>{words.brokers.removeDetail}</p>
          {sentence && <FieldError>{sentence}</FieldError>}
          <p className="act">
            <button type="button" className="btn critical" disabled={busy} onClick={() => void remove()}>{busy ? words.brokers.removing : words.brokers.removeDeed}</button>
            <button type="button" className="btn" onClick={onClose}>{words.brokers.cancel}</button>
          </p>
        </>
      )}
    </Sheet>
  );
}

export function BrokerKeysPane({ broker }: { broker: Broker }) {
  const { keys, failed, again } = useBrokerKeys(broker.name);
  const title = words.brokers.title(broker.name);
  const [open, setOpen] = useState<"form" | "remove" | "saved" | null>(null);
  const close = () => setOpen(null);
  const changed = (to: "saved" | null) => {
    setOpen(to);
    again();
  };
  return (
    <Pane id={`keys-${broker.name}`} title={title}>
      {failed !== null && (
        <Blank title={words.brokers.readFailed} detail={failed}><button type="button" className="btn" onClick={again}>{words.pane.again}</button></Blank>
      )}
      {failed === null && !keys && <Loading what={title} />}
      {open === "saved" && <Notice><p>{words.brokers.saved}</p></Notice>}
      {keys && !keys.set && (
        <>
          <p><b>{words.brokers.notSet}</b></p>
          <p className="mut">{words.brokers.notSetDetail[broker.name]}</p>
          <KeysForm broker={broker} label={words.brokers.save} onDone={() => changed("saved")} />
        </>
      )}
      {keys?.set && (
        <>
          <p><b>{words.brokers.set[broker.name](keys.client_ending ?? "", keys.set_at ? dayLong(Date.parse(keys.set_at), undefined) : "")}</b></p>
          {open === "form" ? <KeysForm broker={broker} label={words.brokers.replace} onDone={() => changed("saved")} onCancel={close} /> : (
            <p className="act">
              <button type="button" className="btn" onClick={() => setOpen("form")}>{words.brokers.again}</button>
              <button type="button" className="btn quiet" onClick={() => setOpen("remove")}>{words.brokers.remove}</button>
            </p>
          )}
        </>
      )}
      {open === "remove" && <RemoveSheet broker={broker} onClose={close} onDone={() => changed(null)} />}
    </Pane>
  );
}
