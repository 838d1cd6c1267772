/** Records that the store refused for good, each with its two ways out. Not there while there are none. Fed by dead_letters. */
import { useState } from "react";
import { deeds } from "../api/deeds";
import type { DeadLetter } from "../documents";
import { useAccount } from "../live/Account";
import { serverNow } from "../live/ticker";
import { useLive } from "../live/useLive";
import { minutesOn } from "../moments";
import { count } from "../numbers";
import { DeedButton } from "../parts/DeedButton";
import { Icon } from "../parts/Icon";
import { Blank, Pane } from "../parts/Pane";
import { queries } from "../queries";
import { words } from "../words";

export function DeadLettersPane() {
  const { owner } = useAccount();
  const letters = useLive<DeadLetter>(queries.deadLetters(owner));
  const { error, rows = [] } = letters;
  if (error === undefined && rows.length === 0) return null;
  return (
    <Pane id="dead-letters" title={words.deadLetters.title} beside={<span className="mut small">{words.deadLetters.count(rows.length)}</span>}>
      {error !== undefined && (
        <Blank title={words.pane.failed(words.deadLetters.title)} detail={words.pane.failedDetail(error)}>
          <button type="button" className="btn" onClick={letters.again}>{words.pane.again}</button>
        </Blank>
      )}
      {rows.length > 0 && <p className="mut">{words.deadLetters.lead}</p>}
      <ol className="stream">
        {rows.map((letter) => <LetterRow key={`${letter.id} ${letter.first_at}`} letter={letter} />)}
      </ol>
    </Pane>
  );
}

function LetterRow({ letter }: { letter: DeadLetter }) {
  const { wallZone } = useAccount();
  const size = words.deadLetters.bytes(count(letter.payload_bytes));
  return (
    <li className="warning letter">
      <time>{minutesOn(letter.first_at, serverNow(), wallZone)}</time>
      <Icon name="warn" />
      <p>
        <b>{words.deadLetters.what(letter.collection, letter.document_id)}</b>
        <small>{words.deadLetters.why(letter.error, letter.attempts, size)}</small>
      </p>
      <WaysOut letter={letter} />
    </li>
  );
}

/** Discarding can't be taken back, so it is asked once more. */
function WaysOut({ letter }: { letter: DeadLetter }) {
  const [asking, setAsking] = useState(false);
  if (asking) {
    return (
      <span className="r" role="group" aria-label={words.deadLetters.discardAsk}>
        <span>{words.deadLetters.discardAsk}</span>{" "}
        <DeedButton className="critical" deed={() => deeds.discardLetter(letter.id)} done={words.deadLetters.discardAsked}>{words.deadLetters.discardDeed}</DeedButton>{" "}
        <button type="button" className="btn" onClick={() => setAsking(false)}>{words.deadLetters.keep}</button>
      </span>
    );
  }
  return (
    <span className="r">
      <DeedButton deed={() => deeds.retryLetter(letter.id)} done={words.deadLetters.retryAsked}>{words.deadLetters.retry}</DeedButton>{" "}
      <button type="button" className="btn quiet" onClick={() => setAsking(true)}>{words.deadLetters.discard}</button>
    </span>
  );
}
