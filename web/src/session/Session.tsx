/** Who is signed in. Fed by Firebase Auth; feeds the account and the API calls. */
import { onIdTokenChanged, type User } from "firebase/auth";
import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { firebase, forgetStore } from "../live/firebase";
import { beginAnew } from "./signIn";

const SessionContext = createContext<User | null>(null);

/** Shows `signedOut` or the children, and nothing until it is known which. Signed out in one tab is signed out in all. */
export function Session({ signedOut, children }: { signedOut: ReactNode; children: ReactNode }) {
  const [user, setUser] = useState<User | null | undefined>(undefined);
  const before = useRef<User | null>(null);
  useEffect(() => onIdTokenChanged(firebase().auth, (now) => {
    if (before.current && now?.uid !== before.current.uid) return beginAnew();
    before.current = now;
    if (now) setUser(now);
    else void forgetStore().then(() => setUser((shown) => (before.current ? shown : null)));
  }), []);
  if (user === undefined) return null;
  if (user === null) return signedOut;
  return (
    <SessionContext.Provider key={user.uid} value={user}>
      {children}
    </SessionContext.Provider>
  );
}

/** The signed-in user. Raises `Error` outside `Session`. */
export function useUser(): User {
  const user = useContext(SessionContext);
  if (!user) throw new Error("useUser outside Session");
  return user;
}
