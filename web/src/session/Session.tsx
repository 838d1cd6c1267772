/** Who is signed in. Fed by Firebase Auth; feeds the account and the API calls. */
import { onIdTokenChanged, type User } from "firebase/auth";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { firebase } from "../live/firebase";

const SessionContext = createContext<User | null>(null);

/** Shows `signedOut` or the children, and nothing until it is known which. */
export function Session({ signedOut, children }: { signedOut: ReactNode; children: ReactNode }) {
  const [user, setUser] = useState<User | null | undefined>(undefined);
  useEffect(() => onIdTokenChanged(firebase().auth, setUser), []);
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
