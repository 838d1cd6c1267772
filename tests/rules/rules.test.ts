/** Holds firestore.rules to its three sentences, on the emulator. Fed by test_rules.py, which starts both. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  assertFails,
  assertSucceeds,
  initializeTestEnvironment,
  type RulesTestEnvironment,
} from "@firebase/rules-unit-testing";
import {
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  documentId,
  getDoc,
  getDocs,
  limit,
  onSnapshot,
  orderBy,
  query,
  setDoc,
  setLogLevel,
  updateDoc,
  where,
  type Firestore,
} from "firebase/firestore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLOSED, OWNED } from "./collections";
import { unreached } from "./coverage";

const RULES = fileURLToPath(new URL("../../firestore.rules", import.meta.url));
const PROJECT = process.env.LOCKSTEP_RULES_PROJECT ?? "demo-lockstep-rules";

let environment: RulesTestEnvironment;
let asha: Firestore;
let stranger: Firestore;

function client(context: { firestore(): unknown }): Firestore {
  return context.firestore() as Firestore; // the testing library still types it as the old SDK's
}

beforeAll(async () => {
  setLogLevel("silent"); // the SDK warns of every refusal, and refusals are what is tested
  environment = await initializeTestEnvironment({
    projectId: PROJECT,
    firestore: { rules: readFileSync(RULES, "utf8") },
  });
  await environment.clearFirestore();
  asha = client(environment.authenticatedContext("asha"));
  stranger = client(environment.unauthenticatedContext());
  await environment.withSecurityRulesDisabled(async (context) => {
    const store = client(context);
    for (const name of [...OWNED, ...CLOSED]) {
      for (const owner of ["asha", "bela"]) {
        await setDoc(doc(store, name, `of-${owner}`), { user_id: owner, account_id: `paper-${owner}`, deleted: false });
      }
      await setDoc(doc(store, name, "of-nobody"), { account_id: "paper-asha" });
    }
    for (const owner of ["asha", "bela"]) await setDoc(doc(store, "users", owner), { accounts: [`paper-${owner}`] });
    await setDoc(doc(store, "bots", "of-asha", "notes", "of-asha"), { user_id: "asha" });
  });
});

afterAll(async () => {
  await environment?.cleanup();
});

async function nobodyWrites(path: string, store: Firestore): Promise<void> {
  const owner = { user_id: "asha", account_id: "paper-asha" };
  await assertFails(setDoc(doc(store, path, "of-asha"), owner));
  await assertFails(setDoc(doc(store, path, "brand-new"), owner));
  await assertFails(updateDoc(doc(store, path, "of-asha"), { desired: "running" }));
  await assertFails(deleteDoc(doc(store, path, "of-asha")));
}

describe.each(OWNED)("%s", (name) => {
  it("gives its owner a document", async () => {
    const found = await assertSucceeds(getDoc(doc(asha, name, "of-asha")));
    expect(found.data()?.user_id).toBe("asha");
  });

  it("keeps another's document, and one that is nobody's, to itself", async () => {
    await assertFails(getDoc(doc(asha, name, "of-bela")));
    await assertFails(getDoc(doc(asha, name, "of-nobody")));
  });

  it("lists what is mine when the query asks for mine", async () => {
    const mine = query(collection(asha, name), where("user_id", "==", "asha"), where("account_id", "==", "paper-asha"));
    const found = await assertSucceeds(getDocs(mine));
    expect(found.docs.map((each) => each.id)).toEqual(["of-asha"]);
  });

  it("refuses a list that does not ask for mine, or asks for more", async () => {
    await assertFails(getDocs(collection(asha, name)));
    await assertFails(getDocs(query(collection(asha, name), orderBy("user_id"), limit(1))));
    await assertFails(getDocs(query(collection(asha, name), where("account_id", "==", "paper-asha"))));
    await assertFails(getDocs(query(collection(asha, name), where("user_id", "==", "bela"))));
    await assertFails(getDocs(query(collection(asha, name), where("user_id", "in", ["asha", "bela"]))));
    await assertFails(getDocs(query(collectionGroup(asha, name), where("user_id", "==", "asha"))));
  });

  it("takes no write, not even its owner's", async () => {
    await nobodyWrites(name, asha);
  });

  it("tells someone who is not signed in nothing and takes nothing from them", async () => {
    await assertFails(getDoc(doc(stranger, name, "of-asha")));
    await assertFails(getDoc(doc(stranger, name, "not-there")));
    await assertFails(getDocs(query(collection(stranger, name), where("user_id", "==", "asha"))));
    await nobodyWrites(name, stranger);
  });
});

describe.each(OWNED)("a document of %s that is not there yet", (name) => {
  const byId = (id: string) =>
    query(
      collection(asha, name),
      where("user_id", "==", "asha"),
      where("account_id", "==", "paper-asha"),
      where(documentId(), ">=", id),
      where(documentId(), "<=", id),
    );

  it("is an empty answer to a query of its owner's from id to id, which fills when it comes", async () => {
    const heard: number[] = [];
    await new Promise<void>((resolve, reject) => {
      onSnapshot(byId("yet-to-come"), (found) => {
        heard.push(found.size);
        if (found.size > 0) resolve();
        else void environment.withSecurityRulesDisabled((context) =>
          setDoc(doc(client(context), name, "yet-to-come"), { user_id: "asha", account_id: "paper-asha" }));
      }, reject);
    });
    expect(heard).toEqual([0, 1]);
  });

  it("looks the same as another's, so nobody learns which ids exist", async () => {
    expect((await assertSucceeds(getDocs(byId("of-bela")))).size).toBe(0);
    await assertFails(getDoc(doc(asha, name, "not-there")));
    await assertFails(getDoc(doc(asha, name, "of-bela")));
  });
});

describe("users", () => {
  it("gives each their own page, also before it is written", async () => {
    expect((await assertSucceeds(getDoc(doc(asha, "users", "asha")))).data()?.accounts).toEqual(["paper-asha"]);
    const newcomer = client(environment.authenticatedContext("newcomer"));
    expect((await assertSucceeds(getDoc(doc(newcomer, "users", "newcomer")))).exists()).toBe(false);
  });

  it("gives nobody another's page, and no list of people", async () => {
    await assertFails(getDoc(doc(asha, "users", "bela")));
    await assertFails(getDocs(collection(asha, "users")));
    await assertFails(getDocs(query(collection(asha, "users"), where(documentId(), "==", "asha"))));
    await assertFails(getDocs(query(collection(asha, "users"), where("user_id", "==", "asha"))));
    await assertFails(getDoc(doc(stranger, "users", "asha")));
  });

  it("takes no write, so nobody gives themselves an account", async () => {
    await assertFails(setDoc(doc(asha, "users", "asha"), { accounts: ["paper-asha", "paper-bela"] }));
    await assertFails(updateDoc(doc(asha, "users", "asha"), { accounts: ["paper-bela"] }));
    await assertFails(deleteDoc(doc(asha, "users", "asha")));
  });
});

describe("everything else", () => {
  it.each(CLOSED)("%s is nobody's to read, list or write, own or not", async (name) => {
    for (const store of [asha, stranger]) {
      await assertFails(getDoc(doc(store, name, "of-asha")));
      await assertFails(getDoc(doc(store, name, "not-there")));
      await assertFails(getDocs(query(collection(store, name), where("user_id", "==", "asha"))));
      await nobodyWrites(name, store);
    }
  });

  it("a folder below a document is not opened by the document's rule", async () => {
    await assertFails(getDoc(doc(asha, "bots", "of-asha", "notes", "of-asha")));
    await nobodyWrites("bots/of-asha/notes", asha);
  });
});

describe("the rules file", () => {
  it("has no line that these tests leave unreached", async () => {
    expect(await unreached(process.env.FIRESTORE_EMULATOR_HOST ?? "", PROJECT)).toEqual([]);
  });
});
