/** One call of the service's HTTP API, with the reader's token. Fed by api/deeds; feeds back the answer or a `Refused`. */
import { firebase } from "../live/firebase";
import { learnClock } from "../live/ticker";
import { words } from "../words";

/** The service said no: its problem document, with the fields it names. */
export class Refused extends Error {
  readonly status: number;
  readonly fields: Record<string, string>;
  /** The end of the problem's URN: "conflict", "invalid-fields". */
  readonly kind: string;
  constructor(status: number, sentence: string, fields: Record<string, string>, kind = "") {
    super(sentence);
    this.status = status;
    this.kind = kind;
    this.fields = fields;
  }
}

/** The service could not be reached: nothing is known about what it did. */
export class Unreachable extends Error {
  constructor() {
    super(words.api.unreachable);
  }
}

interface Problem {
  type?: string;
  title?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

async function problemOf(answer: Response): Promise<Refused> {
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  const fields = Object.fromEntries((problem.errors ?? []).map((e) => [e.field, e.message]));
  return new Refused(answer.status, problem.detail ?? problem.title ?? words.api.refused(answer.status), fields, problem.type?.split(":").at(-1));
}

/** How long a call may take: the service answers 202 at once for whatever takes longer. */
const PATIENCE_MS = 20_000;

/** Calls `/api/v1` + path. Raises `Refused` for any answer but a success, `Unreachable` when there was none. */
export async function call<T = unknown>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  // The same press sent twice by the network is one deed.
  if (method !== "GET") headers["Idempotency-Key"] = randomKey();
  let answer: Response;
  try {
    headers.Authorization = `Bearer ${await firebase().auth.currentUser?.getIdToken()}`;
    answer = await fetch(`/api/v1${path}`, {
      method, headers, signal: AbortSignal.timeout(PATIENCE_MS), ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Unreachable();
  }
  learnClock(answer.headers.get("Date"));
  if (!answer.ok) throw await problemOf(answer);
  return (answer.status === 204 ? undefined : await answer.json().catch(() => undefined)) as T;
}
