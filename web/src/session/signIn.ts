/** The ways in and the way out. Fed by the sign-in screen; feeds session/Session through Firebase Auth. */
import {
  EmailAuthProvider, GoogleAuthProvider, reauthenticateWithCredential, reauthenticateWithPopup, signInWithCredential, signInWithEmailAndPassword, signInWithPopup, signOut, type User,
} from "firebase/auth";
import { firebase } from "../live/firebase";
import { stopListening } from "../live/listen";
import { words } from "../words";

/** Signs in by e-mail and password. Raises Firebase's error; `whyNot` says it in a sentence. */
export async function signInByPassword(email: string, password: string): Promise<void> {
  await signInWithEmailAndPassword(firebase().auth, email, password);
}

/** Signs in with Google's own window: a production build only. */
export async function signInByGoogleWindow(): Promise<void> {
  await signInWithPopup(firebase().auth, new GoogleAuthProvider());
}

/** Signs in as a Google user of the Auth emulator, which takes any e-mail's word for it. */
export async function signInByGoogleEmulator(email: string): Promise<void> {
  await signInWithCredential(firebase().auth, googleCredential(email));
}

function googleCredential(email: string) {
  const subject = email.toLowerCase().replace(/[^a-z0-9]/g, "-");
  return GoogleAuthProvider.credential(JSON.stringify({ sub: subject, email, email_verified: true }));
}

/** How this reader signs in: which form asks them again. */
export function wayOf(user: User): "password" | "google" {
  return user.providerData.some((p) => p.providerId === "password") ? "password" : "google";
}

/** Proves once more who sits here, so that the token says a sign-in of now. Raises Firebase's error. */
export async function signInAgain(user: User, password: string): Promise<void> {
  const email = user.email ?? "";
  if (wayOf(user) === "password") await reauthenticateWithCredential(user, EmailAuthProvider.credential(email, password));
  else if (firebase().config.auth_emulator) await reauthenticateWithCredential(user, googleCredential(email));
  else await reauthenticateWithPopup(user, new GoogleAuthProvider());
  await user.getIdToken(true);
}

/** A failed sign-in as a sentence that says what to do. Null where the reader closed Google's window: nothing went wrong. */
export function whyNot(error: unknown): string | null {
  const code = (error as { code?: string }).code ?? "";
  if (code === "auth/popup-closed-by-user" || code === "auth/cancelled-popup-request") return null;
  return words.signIn.failed[code] ?? words.signIn.failedOther(code || String(error));
}

/** Signs out, here and in the browser's other tabs; `Session` does the rest in each. */
export async function leave(): Promise<void> {
  stopListening();
  await signOut(firebase().auth);
}

/** After a sign-out, wherever it was pressed: nothing of the reader stays in the page or on the device, and the page begins anew. */
export function beginAnew(): void {
  stopListening();
  const theme = localStorage.getItem("lockstep.theme");
  localStorage.clear();
  sessionStorage.clear();
  if (theme) localStorage.setItem("lockstep.theme", theme); // the look is the device's, not the reader's
  location.replace("/");
}
