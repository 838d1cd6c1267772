/** Asks who sits here once more, where the service wants a sign-in of the last minutes. Fed by a refusal; leads back to the deed. */
import { useState, type FormEvent } from "react";
import { Field } from "../parts/Field";
import { useUser } from "../session/Session";
import { signInAgain, wayOf, whyNot } from "../session/signIn";
import { words } from "../words";

export function SignInAgain({ onDone, note = words.execution.againNote }: { onDone: () => void; note?: string }) {
  const user = useUser();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      await signInAgain(user, password);
      onDone();
    } catch (error) {
      setRefusal(whyNot(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="again" onSubmit={send} noValidate>
      <p className="mut">{note} {words.signIn.as(user.email ?? user.uid)}.</p>
      {wayOf(user) === "password" && (
        <Field label={words.signIn.password} type="password" autoComplete="current-password" value={password} error={refusal ?? undefined} onChange={(e) => setPassword(e.target.value)} />
      )}
      {wayOf(user) !== "password" && refusal && <p className="mut" role="alert">{refusal}</p>}
      <p className="act"><button type="submit" className="btn primary" disabled={busy}>{busy ? words.signIn.busy : wayOf(user) === "password" ? words.execution.again : words.signIn.google}</button></p>
    </form>
  );
}
