/** What the screens say of a signal that a person tries: part of words.ts, which takes it in. */
export const tryWords = {
  deed: "Try a signal",
  ask: (name: string) => `The signal is sized, asked of risk, ordered and filled on paper at the next price, beside the account. Nothing of it counts: no figure of ${name} or of the account has any of it, and nothing reaches a broker.`,
  symbol: "Symbol",
  sides: { BUY: "Try a buy", SELL: "Try a sell" },
  close: "Close",
  another: "Try another",
  steps: { signal: "Signal", order: "Order", fill: "Fill", position: "Position" },
  signal: (type: string, symbol: string, at: string) => `${type} ${symbol} at ${at}`,
  blocked: (why: string) => `No order: ${why}.`,
  waiting: "on its way",
  filled: (quantity: string, price: string, charges: string) => `${quantity} at ${price}, charges ${charges}`,
  held: (quantity: string) => `${quantity} held. Its stop and target work; the rest is up to you.`,
  flat: "Nothing is held.",
  closePosition: "Close it",
  closing: "Closing",
  closed: "Asked to close",
};
