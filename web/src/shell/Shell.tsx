/** What is around every screen: bar, side bar, offline strip, toasts, sheets, keys. Fed by the account; shows the screen in its sheet. */
import { useCallback, useState, type ReactNode } from "react";
import { usePresence } from "../api/usePresence";
import { useAccount } from "../live/Account";
import { useOfflineSince } from "../live/connection";
import { words } from "../words";
import { KeysSheet } from "./KeysSheet";
import { OfflineNotice } from "./OfflineNotice";
import { SideBar } from "./SideBar";
import { StopSheet } from "./StopSheet";
import { TabBar } from "./TabBar";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";
import { useKeys } from "./useKeys";

type Open = "stop" | "keys" | null;

export function Shell({ children }: { children: ReactNode }) {
  const { account } = useAccount();
  const [open, setOpen] = useState<Open>(null);
  const stop = useCallback(() => setOpen("stop"), []);
  // The list of keys takes the place of nothing: least of all of Stop.
  const keys = useCallback(() => setOpen((now) => now ?? "keys"), []);
  const close = useCallback(() => setOpen(null), []);
  const offline = useOfflineSince() !== null;
  useKeys(stop, keys);
  usePresence(account.id);
  return (
    <>
      <a className="skip" href="#main">{words.nav.skip}</a>
      <TopBar onStop={stop} stopOpen={open === "stop"} />
      <div className="frame">
        <SideBar onKeys={keys} />
        <main id="main" className={offline ? "sheet is-offline" : "sheet"} tabIndex={-1}>
          <OfflineNotice />
          {children}
        </main>
      </div>
      <Toasts stopOpen={open === "stop"} />
      <TabBar />
      {open === "stop" && <StopSheet onClose={close} />}
      {open === "keys" && <KeysSheet onClose={close} />}
    </>
  );
}
