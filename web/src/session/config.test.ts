/** Emulators are reached under the name the page was reached under. */
import { expect, it } from "vitest";
import { emulatorAddress } from "./config";

it("replaces a loopback name by the page's own", () => {
  expect(emulatorAddress("127.0.0.1:8080", "192.168.1.5")).toEqual({ host: "192.168.1.5", port: 8080 });
  expect(emulatorAddress("localhost:9099", "localhost")).toEqual({ host: "localhost", port: 9099 });
});

it("keeps any other name", () => {
  expect(emulatorAddress("emulators:8080", "localhost")).toEqual({ host: "emulators", port: 8080 });
});
