/** The presets of the risk policy, the one in use marked; taking another replaces every limit, so it is asked once more. Fed by risk_policies. */
import { useState } from "react";
import { deeds } from "../api/deeds";
import { useAccount } from "../live/Account";
import { DeedButton } from "../parts/DeedButton";
import { PRESETS, type Preset } from "../riskDocuments";
import { words } from "../words";

export function PresetChoices({ now }: { now: string | null }) {
  const { account } = useAccount();
  const [asking, setAsking] = useState<Preset | null>(null);
  const name = (preset: Preset) => words.risk.presetNames[preset] ?? preset;
  return (
    <>
      <fieldset className="choices presets">
        <legend className="sr">{words.risk.presets}</legend>
        {PRESETS.map((preset) => (
          <label className="choice" key={preset}>
            <b><input type="radio" name="preset" aria-label={name(preset)} aria-describedby={`preset-${preset}`} checked={(asking ?? now) === preset} onChange={() => setAsking(preset === now ? null : preset)} />{name(preset)}{preset === now && <span className="dim small">{words.risk.presetNow}</span>}</b>
            <span id={`preset-${preset}`}>{words.risk.presetDetail[preset]}</span>
          </label>
        ))}
      </fieldset>
      {asking !== null && asking !== now && (
        <div className="act ask">
          <span className="mut">{words.risk.presetAsk(name(asking))}</span>
          <DeedButton key={asking} className="primary" deed={() => deeds.setPolicy(account.id, { preset: asking }).then(() => setAsking(null))}>{words.risk.usePreset(name(asking))}</DeedButton>
          <button type="button" className="btn" onClick={() => setAsking(null)}>{words.risk.keep}</button>
        </div>
      )}
    </>
  );
}
