/** A score from −100 to +100 on a track with its thresholds; pips say the temperature. Fed by bots.status and decisions. */
import type { Temperature } from "../documents";
import { score as scoreText } from "../numbers";
import { words } from "../words";

const LEVELS: Temperature[] = ["FROZEN", "COOL", "WARM", "HOT"];

export function Pips({ temperature }: { temperature: Temperature | null }) {
  const level = temperature ? LEVELS.indexOf(temperature) : -1;
  return (
    <span className={temperature === "HOT" ? "pips hot" : "pips"}>
      <span aria-hidden="true">
        {LEVELS.map((name, i) => (
          <i key={name} className={i <= level ? "on" : ""} />
        ))}
      </span>
      {temperature ? words.bots.temperatures[temperature] : ""}
    </span>
  );
}

/** Temperature by |score|: the contract's thresholds. */
export function temperatureOf(score: number): Temperature {
  const size = Math.abs(score);
  if (size < 20) return "FROZEN";
  if (size < 40) return "COOL";
  return size < 60 ? "WARM" : "HOT";
}

export function Score({ score, temperature }: { score: number | null; temperature: Temperature | null }) {
  if (score === null) return <span className="dim">{words.bots.noScore}</span>;
  const half = Math.min(Math.abs(score), 100) / 2;
  return (
    <span className="score">
      <Pips temperature={temperature} />
      <span className="track" aria-hidden="true">
        <span className="zone l" />
        <span className="zone h" />
        <span className="at" style={{ left: `${score < 0 ? 50 - half : 50}%`, width: `${Math.max(half, 0.4)}%` }} />
      </span>
      <span className="num">{scoreText(score)}</span>
    </span>
  );
}
