/** Emulators are reached from this machine and from others. */
import { expect, it } from "vitest";
import { emulatorAddress } from "./config";

it("replaces a loopback name by the name of the other machine that served the page", () => {
  expect(emulatorAddress("127.0.0.1:8080", "192.168.1.5")).toEqual({ host: "192.168.1.5", port: 8080 });
});

it("keeps the configured name on the machine itself, under whichever name the page was opened", () => {
  expect(emulatorAddress("127.0.0.1:9099", "localhost")).toEqual({ host: "127.0.0.1", port: 9099 });
});

it("keeps any other name", () => {
  expect(emulatorAddress("emulators:8080", "localhost")).toEqual({ host: "emulators", port: 8080 });
});
