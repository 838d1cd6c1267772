/** How the dashboard is built: fed by src/, feeds web/dist, which the service serves at "/". */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // `npm run dev` beside a running `make run`: the service answers what is not a file of ours.
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/config.json": "http://127.0.0.1:8000" } },
  build: {
    target: "es2022",
    // Everything is a file of our own origin: the content security policy allows no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // The libraries change far less often than the screens: returning readers fetch only what changed.
        manualChunks: {
          react: ["react", "react-dom", "react-dom/client"],
          store: ["firebase/app", "firebase/firestore"],
          auth: ["firebase/auth"],
        },
      },
    },
    chunkSizeWarningLimit: 700,
  },
});
