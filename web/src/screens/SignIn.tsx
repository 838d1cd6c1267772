/** The way in: e-mail and password, the demo account in one press, Google. Fed by the configuration; feeds session/signIn. */
import { useState, type FormEvent } from "react";
import { firebase } from "../live/firebase";
import { Field } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Mark } from "../parts/Mark";
import { Notice } from "../parts/Notice";
import { signInByGoogleEmulator, signInByGoogleWindow, signInByPassword, whyNot } from "../session/signIn";
import { words } from "../words";

type Attempt = (way: () => Promise<void>) => Promise<void>;

function PasswordForm({ busy, attempt }: { busy: boolean; attempt: Attempt }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    void attempt(() => signInByPassword(email.trim(), password));
  };
  return (
    <form onSubmit={send} noValidate>
      <Field label={words.signIn.email} type="email" autoComplete="username" value={email} onChange={(e) => setEmail(e.target.value)} />
      <Field label={words.signIn.password} type="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} />
      <button type="submit" className="btn primary" disabled={busy}>{busy ? words.signIn.busy : words.signIn.deed}</button>
    </form>
  );
}

/** The emulator has no window of Google's: it takes an e-mail's word for it. */
function GoogleEmulatorForm({ busy, attempt }: { busy: boolean; attempt: Attempt }) {
  const [email, setEmail] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    void attempt(() => signInByGoogleEmulator(email.trim()));
  };
  return (
    <details>
      <summary>{words.signIn.googleEmulator}</summary>
      <form onSubmit={send} noValidate>
        <Field label={words.signIn.googleEmail} type="email" value={email} onChange={(e) => setEmail(e.target.value)} />
        <button type="submit" className="btn" disabled={busy || !email.includes("@")}>{words.signIn.googleDeed}</button>
      </form>
    </details>
  );
}

export function SignIn() {
  const { config } = firebase();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const attempt: Attempt = async (way) => {
    setBusy(true);
    setRefusal(null);
    try {
      await way();
    } catch (error) {
      setRefusal(whyNot(error));
    } finally {
      setBusy(false);
    }
  };
  const { demo } = config;
  return (
    <main className="sign-in">
      <h1><Mark />{words.product}</h1>
      <p className="mut">{words.signIn.lead}</p>
      {refusal && <Notice tone="bad"><p>{refusal}</p></Notice>}
      {demo && (
        <div className="demo">
          <button type="button" className="btn primary" disabled={busy} onClick={() => void attempt(() => signInByPassword(demo.email, demo.password))}>
            <Icon name="play" />{words.signIn.demo}
          </button>
          <p className="dim small">{words.signIn.demoNote}</p>
        </div>
      )}
      <PasswordForm busy={busy} attempt={attempt} />
      {config.auth_emulator ? <GoogleEmulatorForm busy={busy} attempt={attempt} /> : (
        <button type="button" className="btn" disabled={busy} onClick={() => void attempt(signInByGoogleWindow)}>{words.signIn.google}</button>
      )}
    </main>
  );
}
