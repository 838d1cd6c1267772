/** Starts the page: theme, configuration, Firebase, then the app. Fed by index.html. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { watchNetwork } from "./live/connection";
import { startFirebase } from "./live/firebase";
import { Blank } from "./parts/Pane";
import { loadConfig } from "./session/config";
import { startTheme } from "./shell/theme";
import "./styles/index.css";
import { words } from "./words";

function NoConfig() {
  return (
    <main className="sign-in">
      <Blank title={words.start.noConfig} detail={words.start.noConfigDetail}>
        <button type="button" className="btn" onClick={() => location.reload()}>{words.start.again}</button>
      </Blank>
    </main>
  );
}

async function start(): Promise<void> {
  const place = document.getElementById("root");
  if (!place) return;
  startTheme();
  const root = createRoot(place);
  try {
    startFirebase(await loadConfig());
  } catch {
    root.render(<NoConfig />);
    return;
  }
  watchNetwork();
  root.render(<StrictMode><App /></StrictMode>);
}

void start();
