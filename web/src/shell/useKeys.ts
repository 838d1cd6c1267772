/** The keyboard: G then a letter goes, Shift+S stops, / filters, ? lists the keys. Fed by the window; feeds the shell. */
import { useEffect } from "react";
import { DESTINATIONS } from "./destinations";
import { go } from "./routes";

const WAIT_MS = 1500;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

export function useKeys(onStop: () => void, onKeys: () => void): void {
  useEffect(() => {
    let askedAt = 0;
    const press = (event: KeyboardEvent) => {
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.shiftKey && event.code === "KeyS") return onStop();
      if (event.key === "?") return onKeys();
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "/") {
        document.querySelector<HTMLInputElement>("[data-filter]")?.focus();
        return event.preventDefault();
      }
      const key = event.key.toLowerCase();
      const found = event.timeStamp - askedAt < WAIT_MS ? DESTINATIONS.find((d) => d.letter === key) : undefined;
      askedAt = key === "g" && !found ? event.timeStamp : 0;
      if (found) go(found.path);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [onStop, onKeys]);
}
