/** Light, dark, or as the system says. Kept on the device; feeds the tokens through <html data-theme> and the charts. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "lockstep.theme";
const readers = new Set<() => void>();
const system = () => matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

function apply(): void {
  const chosen = theme();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const reader of readers) reader();
}

export function setTheme(chosen: Theme): void {
  if (chosen === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  apply();
}

/** The next one in turn: system, light, dark. */
export function nextTheme(chosen: Theme): Theme {
  return chosen === "system" ? "light" : chosen === "light" ? "dark" : "system";
}

/** Applies the kept choice and follows the system from now on. Called once, before the first render. */
export function startTheme(): void {
  apply();
  system().addEventListener("change", apply);
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, theme);
}

/** Another text whenever the colours on the screen are others: charts read the tokens again. */
export function useColours(): string {
  return useSyncExternalStore(subscribe, () => `${theme()} ${system().matches} ${document.documentElement.dataset.mode ?? ""}`);
}
