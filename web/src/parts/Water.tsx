/** The watermark of paper charts: no picture of one may pass for real money. */
import { useAccount } from "../live/Account";
import { words } from "../words";
import { modeOf } from "./Mode";

export function Water() {
  const mode = modeOf(useAccount().account);
  if (mode === "live") return null;
  return (
    <p className="water" aria-hidden="true">
      {words.mode[mode]}
    </p>
  );
}
