/** A sentence that asks for attention, with its glyph. Fed by refusals, the offline state and the stop sheet. */
import type { ReactNode } from "react";
import { Icon } from "./Icon";

export function Notice({ tone = "plain", children }: { tone?: "plain" | "warn" | "bad"; children: ReactNode }) {
  return (
    <div className={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={tone === "plain" ? "info" : "warn"} />
      <div>{children}</div>
    </div>
  );
}
