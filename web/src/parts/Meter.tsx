/** How much of a limit is used. Fed by a share from 0 to 1; the mark at the end is the limit; near it and at it a word says so. */
import type { Level } from "../limits";
import { words } from "../words";
import { Icon } from "./Icon";

interface MeterProps {
  name: string;
  used: number;
  found: string;
  limit: string;
  level: Level;
  stale?: boolean;
}

export function Meter({ name, used, found, limit, level, stale = false }: MeterProps) {
  const share = Math.round(Math.min(1, Math.max(0, used)) * 100);
  return (
    <div className={`meter ${level}`}>
      <span>{name}{level !== "" && <>{" "}<em><Icon name="warn" />{words.risk[level]}</em></>}</span>
      <span className="say"><b className={stale ? "num stale" : "num"}>{found}</b> {limit}</span>
      <span className="well" role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share} aria-valuetext={`${found} ${limit}`}>
        <i style={{ width: `${share}%` }} />
      </span>
    </div>
  );
}
