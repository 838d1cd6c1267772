/** A button's deed while it runs and after: busy, refused with a sentence, or done. Fed by api/deeds; feeds buttons and forms. */
import { useCallback, useState } from "react";
import { words } from "../words";
import { Refused } from "./call";

export interface Deed {
  busy: boolean;
  /** The last refusal's sentence, and what it said about single fields. */
  sentence: string | null;
  fields: Record<string, string>;
  /** The kind of the last refusal, the end of its problem's URN; empty where nothing was refused. */
  kind: string;
  /** True when it was done; never throws. */
  run: (deed: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

const NO_FIELDS: Record<string, string> = {};

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ sentence: string; fields: Record<string, string>; kind: string } | null>(null);
  const run = useCallback(async (deed: () => Promise<unknown>) => {
    setBusy(true);
    setRefusal(null);
    try {
      await deed();
      return true;
    } catch (error) {
      const sentence = error instanceof Error ? error.message : words.api.refused(0);
      setRefusal(error instanceof Refused ? { sentence, fields: error.fields, kind: error.kind } : { sentence, fields: NO_FIELDS, kind: "" });
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setRefusal(null), []);
  return { busy, sentence: refusal?.sentence ?? null, fields: refusal?.fields ?? NO_FIELDS, kind: refusal?.kind ?? "", run, clear };
}
