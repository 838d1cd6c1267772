/** The sentences of broker keys and of the check of a broker: part of words.ts, which takes them in. */
import type { BrokerName } from "./brokers";

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

export const brokerWords = {
  nav: "Brokers", names: { angelone: "Angel One", coinbase: "Coinbase" } as Record<BrokerName, string>,
  title: (broker: BrokerName) => `${brokerWords.names[broker]} keys`, readFailed: "Whether keys are set could not be read",
  set: { angelone: (ending, when) => `Client ${ending}, set ${when}`, coinbase: (ending, when) => `Key ${ending}, set ${when}` } as Record<BrokerName, (ending: string, when: string) => string>,
  notSet: "No keys are set",
  notSetDetail: {
    angelone: "Without them nothing logs in at the broker. They are kept encrypted; no screen and no answer shows them again.",
    coinbase: "Prices need none; without them no order reaches the broker. They are kept encrypted; no screen and no answer shows them again.",
  } as Record<BrokerName, string>,
  fields: { client_code: "Client code", pin: "PIN", totp_secret: "TOTP secret", api_key: "API key", registered_ip: "Registered IPv4 address", key_name: "Key name", private_key: "Private key" } as Record<string, string>,
  hints: {
    client_code: "As you log in with it.", pin: "The 4 digits, not the password.",
    totp_secret: "The text beside the QR code of the broker's two-factor page, not a 6-digit code.", api_key: "Of the app that you made in the broker's API portal.",
    key_name: "The name, or id, in the key's file. Paste the whole file here, and both are filled in.",
    private_key: "The privateKey in that file. The key needs the permissions view and trade; don't give it transfer.",
    registered_ip: "Registered for that app. Orders from any other address are refused; without one no order leaves.",
  } as Record<string, string>,
  save: "Set keys", replace: "Set new keys", saved: "Set. The engine uses them from now on.", cancel: "Cancel", removing: "Removing",
  remove: "Remove keys", removeTitle: (broker: BrokerName) => `Remove the keys of ${brokerWords.names[broker]}?`,
  removeDetail: "The engine waits for new keys: no entry, no exit and no stop of the bots reaches the broker. What is held stays as it is there. Close positions first if you don't want to watch them yourself.",
  removeDeed: "Remove the keys", again: "Change them", againNote: "Changing keys asks for a sign-in of the last minutes, so that nobody changes them on a screen that was left open.",
  check: {
    title: (broker: BrokerName, opens: boolean) => (opens ? "Before the open" : `Check of ${brokerWords.names[broker]}`), run: "Check now", asked: "Asked; the engine begins.", none: "Not checked yet", noneDetail: "A check of the login, money, prices and books at the broker. It only reads, and sends no order.",
    running: (n: number) => `Checking: ${n} ${plural(n, "line", "lines")} so far`, brokenOff: "The last check was broken off. Check again.", failed: (why: string) => `The check could not be made: ${why}.`,
    summary: (green: number, amber: number, red: number) => (red > 0 ? `${red} in the way, ${amber} to look at, ${green} in order` : amber > 0 ? `${amber} to look at, ${green} in order` : `All ${green} in order`),
    at: (t: string) => `checked ${t}`, grades: { green: "In order", amber: "Look at it", red: "In the way" } as Record<string, string>,
    showAll: (n: number) => `${n} in order`, toKeys: "Broker keys",
    names: {
      connection: "Connection", egress_address: "Address orders leave from", instruments: "List of instruments", calendar: "Trading days", login: "Login",
      profile: "What may be traded", funds: "Funds", clock: "Clock", quotes: "Quotes", price_bands: "Price bands", candles: "Candles", market_socket: "Market socket",
      feed_lag: "Age of prices", order_books: "Order and trade books", order_socket: "Order socket", order_preview: "An order as it would be", charges: "Charges", not_checked: "Not checked",
      permissions: "What the key may do", products: "Products", fees: "Fees", user_socket: "Order socket", fills: "Fills",
    } as Record<string, string>,
  },
};
