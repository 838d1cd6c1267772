import { defineConfig } from "vitest/config";

// One file, one worker: the emulator keeps one set of rules and one coverage report a project.
export default defineConfig({
  test: { include: ["*.test.ts"], fileParallelism: false, testTimeout: 20_000, hookTimeout: 30_000 },
});
