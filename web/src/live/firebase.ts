/**
 * The one Firebase app of the page: sign-in and the read model. Fed by session/config; feeds session and live/listen.
 * Nothing happens at import: `startFirebase` is called once, by main.
 */
import { initializeApp } from "firebase/app";
import { browserLocalPersistence, browserPopupRedirectResolver, connectAuthEmulator, indexedDBLocalPersistence, initializeAuth, type Auth } from "firebase/auth";
import {
  clearIndexedDbPersistence, connectFirestoreEmulator, initializeFirestore, memoryLocalCache, persistentLocalCache,
  persistentMultipleTabManager, type Firestore,
} from "firebase/firestore";
import { emulatorAddress, type ClientConfig } from "../session/config";

export interface Backend {
  auth: Auth;
  store: Firestore;
  config: ClientConfig;
}

let backend: Backend | undefined;

/** Starts the app. With emulators configured, everything goes to them and nothing is kept on the disk. */
export function startFirebase(config: ClientConfig): Backend {
  const app = initializeApp({ projectId: config.project, apiKey: config.api_key, authDomain: config.auth_domain });
  const auth = initializeAuth(app, {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
    popupRedirectResolver: browserPopupRedirectResolver,
  });
  if (config.auth_emulator) {
    const { host, port } = emulatorAddress(config.auth_emulator, location.hostname);
    connectAuthEmulator(auth, `http://${host}:${port}`, { disableWarnings: true });
  }
  // The cache on disk makes a reconnect cheap: without it every one is billed as a new query.
  const localCache = config.firestore_emulator
    ? memoryLocalCache()
    : persistentLocalCache({ tabManager: persistentMultipleTabManager() });
  const store = initializeFirestore(app, { localCache });
  if (config.firestore_emulator) {
    const { host, port } = emulatorAddress(config.firestore_emulator, location.hostname);
    connectFirestoreEmulator(store, host, port);
  }
  backend = { auth, store, config };
  return backend;
}

/** The started app. Raises `Error` before `startFirebase`: a bug of ours, not an operating state. */
export function firebase(): Backend {
  if (!backend) throw new Error("startFirebase has not been called");
  return backend;
}

/**
 * Removes what the read model kept on this device. Only before its first use on this page: whoever loads the page signed
 * out finds nothing of who was signed in before. Another open tab can hold it back; its own reload then does it.
 */
export async function forgetStore(): Promise<void> {
  await clearIndexedDbPersistence(firebase().store).catch(() => undefined);
}
