/** Moments, ages and countdowns are written as the design says, and the market clock never runs away. */
import { describe, expect, it } from "vitest";
import { ageWords, clock, countdown, dayKey, dayLong, hourOf, marketNow, minutesOn, otherDay, untilText, zoneName, zoneOffset } from "./moments";

const IST = "Asia/Kolkata";
const AT = Date.UTC(2021, 3, 28, 8, 12, 9); // 13:42:09 in India

describe("clocks and days", () => {
  it("shows the venue's time, whatever the reader's zone is", () => {
    expect(clock(AT, IST)).toBe("13:42:09");
    expect(dayLong(AT, IST)).toBe("Wed 28 Apr 2021");
    expect(zoneName(AT, IST)).toBe("IST");
  });
  it("takes the day and the hour of document ids from the venue's midnight", () => {
    const late = Date.UTC(2021, 3, 28, 19, 0);
    expect(dayKey(late, IST)).toBe("20210429");
    expect(hourOf(late, IST)).toBe(0);
    expect(dayKey(late, "Etc/UTC")).toBe("20210428");
  });
  it("names the day of what is not today's, by the venue's midnight", () => {
    const night = Date.UTC(2021, 3, 28, 19, 0); // 00:30 of the 29th in India
    expect(otherDay(AT, AT + 60_000, IST)).toBeNull();
    expect(otherDay(AT, night, IST)).toBe("28 Apr");
    expect(otherDay(AT, night, "Etc/UTC")).toBeNull();
    expect([minutesOn(AT, AT, IST), minutesOn(AT, night, IST)]).toEqual(["13:42", "28 Apr 13:42"]);
  });
  it("says an end with its zone, and its day where that is another", () => {
    expect(untilText(AT, AT, IST)).toBe("13:42 IST");
    expect(untilText(AT + 86_400_000, AT, IST)).toBe("29 Apr 13:42 IST");
    expect(untilText(AT, AT, "Etc/UTC")).toBe("08:12 UTC");
  });
  it("knows how far a zone is ahead of UTC", () => {
    expect(zoneOffset(AT, IST)).toBe(5.5 * 3600_000);
    expect(zoneOffset(AT + 123, IST)).toBe(5.5 * 3600_000);
    expect(zoneOffset(AT, "Etc/UTC")).toBe(0);
  });
});

describe("ages", () => {
  const aged = (s: number) => ageWords(AT, AT + s * 1000, IST);
  it("counts seconds to ten, then in fives, then minutes, then says since when", () => {
    expect([aged(0.4), aged(4.9), aged(38), aged(61), aged(150)]).toEqual(["<1 s", "4 s", "35 s", "1 min", "2 min"]);
    expect(aged(300)).toBe("since 13:42:09");
  });
  it("names the day once it is not today's", () => {
    expect(aged(86_400)).toBe("since 28 Apr 13:42");
  });
  it("is never negative when the writer's clock is ahead", () => {
    expect(aged(-3)).toBe("<1 s");
  });
});

describe("countdowns", () => {
  it("writes minutes and seconds, and hours in words", () => {
    expect([countdown(171_000), countdown(891_000), countdown(6_420_000)]).toEqual(["2:51", "14:51", "1 h 47 min"]);
    expect(countdown(-5)).toBe("0:00");
  });
});

describe("the market clock", () => {
  const source = { marketAt: AT, toldAt: 1_000_000, speed: 10, finished: false };
  it("runs on at its speed between two documents", () => {
    expect(marketNow(source, 1_001_000)).toBe(AT + 10_000);
  });
  it("stands still when its source has been silent for five seconds", () => {
    expect(marketNow(source, 1_060_000)).toBe(AT + 50_000);
  });
  it("stands where a finished replay ended, and never runs back", () => {
    expect(marketNow({ ...source, finished: true }, 1_001_000)).toBe(AT);
    expect(marketNow(source, 999_000)).toBe(AT);
  });
});
