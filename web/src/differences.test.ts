/** What each decision about a difference would do, in the engine's own numbers. */
import { describe, expect, it } from "vitest";
import { objectOf, outcome, titleOf, type Difference } from "./differences";

const found = (more: Partial<Difference>): Difference =>
  ({ kind: "quantity_mismatch", symbol: "INFY", quantity: 40, price: 1356.9, ...more }) as Difference;

describe("a quantity that differs", () => {
  it("goes to hand-held where nothing is held the other way", () => {
    expect(titleOf(found({}), "INR")).toBe("INFY: the broker has 40 more than the books");
    expect(outcome(found({}), "adopt", [92], "INR")).toBe(
      "The books take it: buy 40 at 1,356.90. INFY goes from 92 to 132. Booked as 40 held by hand.",
    );
    expect(outcome(found({}), "flatten", [92], "INR")).toMatch(/Then all of it is closed at the market: sell 132 INFY\.$/);
    expect(outcome(found({}), "ignore", [92], "INR")).toContain("stay 40 apart");
  });

  it("is taken from the bots that hold it first, and only the rest is held by hand", () => {
    const less = found({ quantity: -50 });
    expect(titleOf(less, "INR")).toBe("INFY: the broker has 50 less than the books");
    expect(outcome(less, "adopt", [30, 10], "INR")).toContain(
      "INFY goes from 40 to −10. Booked as 40 from the bots that hold it, 10 held by hand.",
    );
    expect(outcome(less, "flatten", [30, 10], "INR")).toContain("buy 10 INFY");
    expect(outcome(found({ quantity: -40 }), "flatten", [30, 10], "INR")).toContain("nothing is closed");
  });

  it("says so where the price is not known", () => {
    expect(outcome(found({ price: null }), "adopt", [], "INR")).toContain("buy 40 at the price then");
  });
});

describe("an order that differs", () => {
  it("is cancelled by flattening, and no quantity is claimed to be closed", () => {
    const foreign = found({ kind: "foreign_order", quantity: -7 });
    expect(outcome(foreign, "flatten", [92], "INR")).toBe("The broker is asked to cancel the order for 7 INFY; nothing is booked.");
    expect(objectOf(foreign, "INR")).toBe("the INFY order");
    expect(outcome(found({ kind: "late_order", quantity: 0 }), "flatten", [], "INR")).toContain("asked to cancel");
  });

  it("ends in the books when adopted, and the position is closed only when flattened", () => {
    const killed = found({ kind: "killed_by_broker", quantity: 0 });
    expect(outcome(killed, "adopt", [92], "INR")).not.toContain("closed");
    expect(outcome(killed, "flatten", [92], "INR")).toContain("sell 92 INFY");
  });

  it("of an earlier day ends in the books when adopted, and says where to look", () => {
    const lapsed = found({ kind: "lapsed_order", quantity: 0 });
    expect(outcome(lapsed, "adopt", [], "INR")).toContain("ends in the books");
    expect(titleOf(lapsed, "INR")).toContain("of an earlier day");
  });
});

it("a missed fill moves the position by what the broker filled", () => {
  const missed = found({ kind: "missed_fill", quantity: -12, price: 100 });
  expect(outcome(missed, "adopt", [12], "INR")).toBe("The books take it: sell 12 at 100.00. INFY goes from 12 to 0.");
});
