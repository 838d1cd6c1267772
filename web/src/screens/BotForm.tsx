/** Making a bot, or changing one: field by field, with the service's word at each. Fed by botForm.ts; nothing typed is lost on a refusal. */
import { useEffect, useRef, useState, type FormEvent } from "react";
import { deeds } from "../api/deeds";
import { useDeed } from "../api/useDeed";
import { useStrategies } from "../api/useStrategies";
import { draftOf, EMPTY_DRAFT, specOf, type BotDraft } from "../botForm";
import type { Bot } from "../documents";
import { useAccount } from "../live/Account";
import { Notice } from "../parts/Notice";
import { Loading, Pane } from "../parts/Pane";
import { Link } from "../shell/Link";
import { go, paths } from "../shell/routes";
import { words } from "../words";
import { BuildingPart, ExecutionPart, ExitsPart, MainPart, type Errors } from "./BotFormParts";
import { ChangedElsewhere } from "./ChangedElsewhere";
import { ParametersPart, StrategiesNotice } from "./StrategyPart";
import { useBotEdit } from "./useBotEdit";

/** Fields that have a place in the form; a refusal of any other is told above it. */
const PLACED = /^(name|strategy|symbols|timeframe|sizing|exits|building|execution|parameters)(\.|\[|$)/;

/** The API names list items too ("symbols[0]"): those belong to the list's field, all their sentences. */
function placed(fields: Errors): Errors {
  const found: Errors = {};
  for (const [field, sentence] of Object.entries(fields)) {
    const name = /^(symbols|strategy|name|timeframe)[.[]/.exec(field)?.[1] ?? field;
    found[name] = found[name] ? `${found[name]}; ${sentence}` : sentence;
  }
  return found;
}

function Form({ bot }: { bot: Bot | null }) {
  const { account, owner } = useAccount();
  const { busy, sentence, fields, run, clear } = useDeed();
  const strategies = useStrategies();
  const [draft, setDraft] = useState<BotDraft>(() => (bot ? draftOf(bot) : EMPTY_DRAFT));
  const edit = useBotEdit(bot, draft, strategies.kinds);
  const [unsendable, setUnsendable] = useState<Errors>({});
  const errors = { ...placed(fields), ...unsendable };
  const elsewhere = Object.entries(fields).filter(([field]) => !PLACED.test(field));
  const form = useRef<HTMLFormElement>(null);
  // On a phone the first wrong field is screens away from the button: go there, or to the notice above it.
  useEffect(() => {
    if (sentence === null && Object.keys(unsendable).length === 0) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (wrong) wrong.focus();
    else form.current?.scrollIntoView({ block: "start" });
  }, [sentence, unsendable]);
  // The one thing wrong with the strategy before it is sent is that the strategies are not read: now they are.
  useEffect(() => {
    if (strategies.kinds !== null) setUnsendable((before) => Object.fromEntries(Object.entries(before).filter(([field]) => field !== "strategy")));
  }, [strategies.kinds]);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    clear();
    const checked = specOf(draft, strategies.kinds);
    setUnsendable("errors" in checked ? checked.errors : {});
    if ("errors" in checked) return;
    let made = bot?.id;
    const done = await run(async () => {
      if (bot) await edit.save(checked.spec);
      else {
        const answer = await deeds.createBot(owner.account, checked.spec);
        made = answer?.id ?? answer?.bot?.id;
      }
    });
    if (done) go(made ? paths.bot(made) : paths.bots);
  };
  const change = (part: Partial<BotDraft>) => {
    // What was wrong with one strategy's parameters says nothing about another's of the same name.
    if (part.strategy !== undefined) {
      clear();
      setUnsendable({});
    }
    setDraft((before) => ({ ...before, ...part }));
  };
  return (
    <form className="pane" ref={form} onSubmit={send} noValidate>
      {(sentence !== null || Object.keys(unsendable).length > 0) && (
        <Notice tone="bad"><p>{Object.keys(errors).length > 0 ? words.form.fix : sentence}</p>{elsewhere.map(([field, why]) => <p key={field}>{field}: {why}</p>)}</Notice>
      )}
      <ChangedElsewhere
        elsewhere={edit.elsewhere} kinds={strategies.kinds}
        decide={(keep) => {
          clear();
          setDraft(edit.decide(keep));
        }}
      />
      <StrategiesNotice strategies={strategies} />
      <MainPart draft={draft} errors={errors} change={change} strategies={strategies} />
      <ParametersPart draft={draft} errors={errors} change={change} strategies={strategies} />
      <ExitsPart draft={draft} errors={errors} change={change} />
      <BuildingPart draft={draft} errors={errors} change={change} />
      <ExecutionPart draft={draft} errors={errors} change={change} />
      <p className="act">
        <button type="submit" className="btn primary" disabled={busy}>{busy ? words.form.saving : bot ? words.form.save : words.form.create}</button>
        <Link className="btn" href={bot ? paths.bot(bot.id) : paths.bots}>{words.form.cancel}</Link>
        {!bot && <span className="dim small">{account.mode === "live" ? words.form.liveNote : words.form.paperNote}</span>}
      </p>
    </form>
  );
}

export function BotForm({ id }: { id?: string }) {
  const { bots } = useAccount();
  const bot = id === undefined ? null : bots.rows?.find((b) => b.id === id);
  return (
    <>
      <header className="head"><h1>{bot ? words.form.editTitle(bot.name) : id === undefined ? words.form.newTitle : bots.rows ? words.bot.missing : words.bot.edit}</h1></header>
      {bot !== undefined ? <Form key={id ?? "new"} bot={bot} /> : !bots.rows && <Pane id="edit" title={words.bot.edit}><Loading what={words.bots.name} /></Pane>}
    </>
  );
}
