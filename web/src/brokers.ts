/** The brokers whose keys a person gives here, and what each asks for. Fed by nobody; feeds the screens of brokers. */

export type BrokerName = "angelone" | "coinbase";

interface KeyField {
  name: string;
  /** Typed unseen. */
  hidden?: boolean;
  numeric?: boolean;
}

export interface Broker {
  name: BrokerName;
  fields: readonly KeyField[];
  /** Whether it opens and closes: then the check is one before the open. */
  opens: boolean;
}

export const BROKERS: readonly Broker[] = [
  {
    name: "angelone", opens: true,
    fields: [
      { name: "client_code" }, { name: "pin", hidden: true, numeric: true }, { name: "totp_secret", hidden: true },
      { name: "api_key", hidden: true }, { name: "registered_ip" },
    ],
  },
  { name: "coinbase", opens: false, fields: [{ name: "key_name" }, { name: "private_key", hidden: true }] },
];

/** The broker behind an account's market; undefined where that is none. */
export const brokerOf = (market: string): Broker | undefined => BROKERS.find((broker) => broker.name === market);

/** The broker looked at first, the others behind it. */
export const brokersFrom = (market: string): readonly Broker[] => [...BROKERS].sort((a, b) => Number(b.name === market) - Number(a.name === market));

/** The fields in the text of a key file as Coinbase gives it out; null for any other text. */
export function keysInFile(text: string): Record<string, string> | null {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said !== "object" || said === null) return null;
    const { name, id, privateKey } = said as Record<string, unknown>;
    const called = name ?? id;
    return typeof called === "string" && typeof privateKey === "string" ? { key_name: called, private_key: privateKey } : null;
  } catch {
    return null;
  }
}
