/** The strip that says this screen no longer hears the store, since when, and what that means. Fed by live/connection. */
import { useAccount } from "../live/Account";
import { reconnect, useOfflineSince } from "../live/connection";
import { clock } from "../moments";
import { Icon } from "../parts/Icon";
import { words } from "../words";

export function OfflineNotice() {
  const { wallZone } = useAccount();
  const since = useOfflineSince();
  if (since === null) return null;
  return (
    <div className="notice bad offline" role="alert">
      <Icon name="warn" />
      <p><b>{words.offline.since(clock(since, wallZone))}</b> {words.offline.detail}</p>
      <button type="button" className="btn" onClick={() => void reconnect()}>{words.offline.tryNow}</button>
    </div>
  );
}
