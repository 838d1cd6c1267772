/** The keys of a broker: whether they are set, given, replaced, removed. Fed by the API; a secret goes out of here once and never comes back. */
import { useState, type FormEvent } from "react";
import { deeds } from "../api/deeds";
import { useBrokerKeys } from "../api/useBrokerKeys";
import { useDeed } from "../api/useDeed";
import { dayLong } from "../moments";
import { Field, FieldError } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { Blank, Loading, Pane } from "../parts/Pane";
import { Sheet } from "../parts/Sheet";
import { words } from "../words";
import { SignInAgain } from "./SignInAgain";

const FIELDS = ["client_code", "pin", "totp_secret", "api_key", "registered_ip"] as const;
const HIDDEN: readonly string[] = ["pin", "totp_secret", "api_key"];
const EMPTY: Record<string, string> = Object.fromEntries(FIELDS.map((name) => [name, ""]));
/** The problem's kind where the sign-in is too old. */
const TOO_OLD = "recent-sign-in";

function KeysForm({ label, onDone, onCancel }: { label: string; onDone: () => void; onCancel?: () => void }) {
  const { busy, sentence, fields, kind, run } = useDeed();
  const [typed, setTyped] = useState(EMPTY);
  const save = async () => {
    if (!(await run(() => deeds.setBrokerKeys(typed)))) return;
    setTyped(EMPTY);
    onDone();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  if (kind === TOO_OLD) return <SignInAgain note={words.brokers.againNote} onDone={() => void save()} />;
  return (
    <form className="keys" onSubmit={send} noValidate autoComplete="off">
      <div className="fields">
        {FIELDS.map((name) => (
          <Field
            key={name} label={words.brokers.fields[name] ?? name} hint={words.brokers.hints[name]} error={fields[name]} value={typed[name] ?? ""}
            type={HIDDEN.includes(name) ? "password" : "text"} autoComplete="off" spellCheck={false} autoCapitalize="off"
            inputMode={name === "pin" ? "numeric" : "text"} onChange={(e) => setTyped({ ...typed, [name]: e.target.value })}
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

function RemoveSheet({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { busy, sentence, kind, run } = useDeed();
  const remove = async () => {
    if (await run(() => deeds.removeBrokerKeys())) onDone();
  };
  return (
    <Sheet label={words.brokers.removeTitle} onClose={onClose}>
      <h2>{words.brokers.removeTitle}</h2>
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

export function BrokerKeysPane() {
  const { keys, failed, again } = useBrokerKeys();
  const [open, setOpen] = useState<"form" | "remove" | "saved" | null>(null);
  const close = () => setOpen(null);
  const changed = (to: "saved" | null) => {
    setOpen(to);
    again();
  };
  return (
    <Pane id="broker-keys" title={words.brokers.title}>
      {failed !== null && !keys && (
        <Blank title={words.brokers.readFailed} detail={failed}><button type="button" className="btn" onClick={again}>{words.pane.again}</button></Blank>
      )}
      {failed === null && !keys && <Loading what={words.brokers.title} />}
      {open === "saved" && <Notice><p>{words.brokers.saved}</p></Notice>}
      {keys && !keys.set && (
        <>
          <p><b>{words.brokers.notSet}</b></p>
          <p className="mut">{words.brokers.notSetDetail}</p>
          <KeysForm label={words.brokers.save} onDone={() => changed("saved")} />
        </>
      )}
      {keys?.set && (
        <>
          <p><b>{words.brokers.set(keys.client_ending ?? "", keys.set_at ? dayLong(Date.parse(keys.set_at), undefined) : "")}</b></p>
          {open === "form" ? <KeysForm label={words.brokers.replace} onDone={() => changed("saved")} onCancel={close} /> : (
            <p className="act">
              <button type="button" className="btn" onClick={() => setOpen("form")}>{words.brokers.again}</button>
              <button type="button" className="btn quiet" onClick={() => setOpen("remove")}>{words.brokers.remove}</button>
            </p>
          )}
        </>
      )}
      {open === "remove" && <RemoveSheet onClose={close} onDone={() => changed(null)} />}
    </Pane>
  );
}
