/** A button's deed while it runs and after: busy, refused with a sentence, or done. Fed by api/deeds; feeds buttons and forms. */
import { useCallback, useState } from "react";
import { words } from "../words";
import { Refused } from "./call";

export interface Deed {
  busy: boolean;
  /** The last refusal's sentence, and what it said about single fields. */
  sentence: string | null;
  fields: Record<string, string>;
  /** True when it was done; never throws. */
  run: (deed: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

const NO_FIELDS: Record<string, string> = {};

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ sentence: string; fields: Record<string, string> } | null>(null);
  const run = useCallback(async (deed: () => Promise<unknown>) => {
    setBusy(true);
    setRefusal(null);
    try {
      await deed();
      return true;
    } catch (error) {
      const sentence = error instanceof Error ? error.message : words.api.refused(0);
      setRefusal({ sentence, fields: error instanceof Refused ? error.fields : NO_FIELDS });
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setRefusal(null), []);
  return { busy, sentence: refusal?.sentence ?? null, fields: refusal?.fields ?? NO_FIELDS, run, clear };
}
