/** How much of a limit is used. Fed by a share from 0 to 1; the mark at the end is the limit. */

export function Meter({ name, used, text }: { name: string; used: number; text: string }) {
  const share = Math.round(Math.min(1, Math.max(0, used)) * 100);
  return (
    <div className="meter">
      <span>{name}</span>
      <b className="num">{text}</b>
      <span className="well" role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share} aria-valuetext={text}>
        <i style={{ width: `${share}%` }} />
      </span>
    </div>
  );
}
