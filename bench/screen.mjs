/**
 * A screen: the web client's own SDK, in Node, listening to an account's signals as the dashboard does. Started by
 * tick_to_screen; prints "listening" when the first answer is there, then a line for each snapshot that brings some. Ends
 * in order when its input does: the emulator fails the next commits where a listener is cut off.
 *
 * node bench/screen.mjs HOST:PORT PROJECT ACCOUNT LIMIT     LIMIT 0: all of them
 */
import { createRequire } from "node:module";

const require = createRequire(new URL("../web/package.json", import.meta.url));
const { initializeApp } = require("firebase/app");
const { collection, connectFirestoreEmulator, getFirestore, limit, onSnapshot, orderBy, query, terminate, where } = require("firebase/firestore");

const [address, project, account, most] = process.argv.slice(2);
const [host, port] = address.split(":");
const store = getFirestore(initializeApp({ projectId: project }));
connectFirestoreEmulator(store, host, Number(port), { mockUserToken: { sub: "bench" } });

const asked = query(
  collection(store, "trading_signals"),
  where("user_id", "==", "bench"),
  where("account_id", "==", account),
  orderBy("confirmed_at", "desc"),
  ...(Number(most) > 0 ? [limit(Number(most))] : []),
);

let listening = false;
onSnapshot(asked, { includeMetadataChanges: true }, (snapshot) => {
  const seenUs = Number(process.hrtime.bigint() / 1000n); // the machine's monotonic clock, as Python's
  if (!listening) {
    if (snapshot.metadata.fromCache) return;
    listening = true;
    console.log("listening");
    return;
  }
  const ids = snapshot.docChanges().filter((change) => change.type === "added").map((change) => change.doc.id);
  if (ids.length > 0) console.log(JSON.stringify({ seen_us: seenUs, ids }));
}, (error) => {
  console.error(error);
  process.exit(1);
});
process.stdin.resume();
process.stdin.on("end", () => terminate(store).finally(() => process.exit(0)));
