/** How the pure parts are tested: no browser, no network, one process. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["src/**/*.test.ts"], environment: "node", pool: "threads", fileParallelism: false },
});
