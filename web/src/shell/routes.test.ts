/** Addresses name screens. */
import { expect, it } from "vitest";
import { paths, routeOf } from "./routes";

it("knows each screen by its address, with or without a closing slash", () => {
  expect(routeOf("/")).toEqual({ screen: "overview" });
  expect(routeOf("/orders/")).toEqual({ screen: "orders" });
  expect(routeOf("/bots/new")).toEqual({ screen: "new-bot" });
});

it("takes a bot's id from its address, whatever characters it holds", () => {
  expect(routeOf(paths.bot("a b/c"))).toEqual({ screen: "bot", bot: "a b/c" });
  expect(routeOf(paths.editBot("x"))).toEqual({ screen: "edit-bot", bot: "x" });
});

it("says so where an address names nothing", () => {
  expect(routeOf("/nowhere")).toEqual({ screen: "unknown" });
});

it("takes an address that was cut off amid a letter for one that names nothing", () => {
  expect(routeOf("/bots/%E0%A4")).toEqual({ screen: "unknown" });
});
