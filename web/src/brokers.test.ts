import { describe, expect, it } from "vitest";
import { brokerOf, brokersFrom, keysInFile } from "./brokers";

describe("the brokers", () => {
  it("come with the one that is looked at first", () => {
    expect(brokersFrom("coinbase").map((b) => b.name)).toEqual(["coinbase", "angelone"]);
    expect(brokersFrom("demo").map((b) => b.name)).toEqual(["angelone", "coinbase"]);
    expect(brokerOf("demo")).toBeUndefined();
  });

  it("have a key file read where it is one, old or new, and nothing else taken for one", () => {
    expect(keysInFile('{"name": "organizations/o/apiKeys/k", "privateKey": "-----BEGIN"}')).toEqual({ key_name: "organizations/o/apiKeys/k", private_key: "-----BEGIN" });
    expect(keysInFile('{"id": "an-id", "privateKey": "abc="}')).toEqual({ key_name: "an-id", private_key: "abc=" });
    for (const other of ["abc=", "null", "[]", '"text"', '{"name": "x"}', '{"name": 1, "privateKey": "y"}', ""]) expect(keysInFile(other)).toBeNull();
  });
});
