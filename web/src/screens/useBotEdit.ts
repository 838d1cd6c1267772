/**
 * The bot that a form changes, while others may change it too. Fed by the listener, and by the API's word where that is
 * newer; feeds BotForm, which saves through it and asks the person where both changed something.
 */
import { useState } from "react";
import { Refused } from "../api/call";
import { deeds, type BotAsSet, type BotSpec } from "../api/deeds";
import { broughtTogether, changedElsewhere, changesOf, type Elsewhere, type Keep } from "../botEdit";
import { draftOf, specOf, type BotDraft } from "../botForm";
import type { Bot } from "../documents";
import type { StrategyKind } from "../strategies";

/** The kind of the API's refusal of a change that was made from an older bot. */
const CHANGED_SINCE = "changed-since";

export interface BotEdit {
  /** What somebody changed since the person last decided; empty for a new bot. */
  elsewhere: Elsewhere[];
  /** The person has seen it: the draft that goes on from the bot as it is now. */
  decide: (keep: Keep) => BotDraft;
  /** Sends what was changed, if anything. Raises what `call` raises. */
  save: (spec: BotSpec) => Promise<void>;
}

/** `live` is the bot's document, null for a new bot; `kinds` is null while the strategies are not read. */
export function useBotEdit(live: Bot | null, draft: BotDraft, kinds: readonly StrategyKind[] | null): BotEdit {
  const [opened, setOpened] = useState<BotAsSet | null>(live);
  const [read, setRead] = useState<BotAsSet | null>(null);
  if (live === null || opened === null) return { elsewhere: [], decide: () => draft, save: async () => undefined };
  const now = read !== null && read.generation > live.generation ? read : live;
  const since = (bot: BotAsSet) => changedElsewhere(draftOf(opened), draft, draftOf(bot), kinds);
  const elsewhere = since(now);
  const decide = (keep: Keep) => {
    setOpened(now);
    return broughtTogether(draftOf(opened), draft, draftOf(now), keep, kinds);
  };
  const save = async (spec: BotSpec) => {
    const before = specOf(draftOf(opened), kinds);
    const change = "spec" in before ? changesOf(before.spec, spec) : spec;
    if (Object.keys(change).length === 0) return;
    try {
      // Started, paused or stopped meanwhile is no change of what the form shows.
      await deeds.changeBot(live.id, elsewhere.length === 0 ? now.generation : opened.generation, change);
    } catch (error) {
      if (!(error instanceof Refused && error.kind === CHANGED_SINCE)) throw error;
      const newest = await deeds.readBot(live.id);
      setRead(newest);
      if (since(newest).length > 0) throw error;
      await deeds.changeBot(live.id, newest.generation, change);
    }
  };
  return { elsewhere, decide, save };
}
