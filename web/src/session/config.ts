/** Where this dashboard belongs: which project, which emulators. Fed by GET /config.json of its own origin; feeds live/firebase. */

export interface DemoAccount {
  email: string;
  password: string;
}

export interface ClientConfig {
  project: string;
  api_key: string;
  auth_domain: string;
  auth_emulator: string | null;
  firestore_emulator: string | null;
  demo: DemoAccount | null;
}

/** Reads the configuration. Raises `Error` when it cannot be had: without it there is nothing to show. */
export async function loadConfig(): Promise<ClientConfig> {
  const answer = await fetch("/config.json", { cache: "no-store" });
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  return (await answer.json()) as ClientConfig;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "0.0.0.0", "[::1]"]);

/**
 * An emulator's host and port as this browser reaches it. A loopback name means the machine that served the page: where
 * that is another one, it goes by the page's name; where it is this one, the configured name stays, which the page's
 * content security policy allows.
 */
export function emulatorAddress(configured: string, pageHost: string): { host: string; port: number } {
  const colon = configured.lastIndexOf(":");
  const host = configured.slice(0, colon);
  return { host: LOOPBACK.has(host) && !LOOPBACK.has(pageHost) ? pageHost : host, port: Number(configured.slice(colon + 1)) };
}
