import { defineConfig } from "vitest/config";

// One file, one worker: the emulator keeps one set of rules and one coverage report a project.
export default defineConfig({
  test: { include: ["*.test.ts"], fileParallelism: false, testTimeout: 90_000, hookTimeout: 90_000 },
});
