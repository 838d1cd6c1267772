/** How a moment is written and how long ago it was: clocks, days, ages, countdowns. Pure; instants are ms since 1970 UTC. */
import { words } from "./words";

const S = 1000;
const MIN = 60 * S;
const HOUR = 60 * MIN;

/** A zone name of the IANA list, or undefined for the reader's own. */
export type Zone = string | undefined;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone ?? ""} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone ? { timeZone: zone } : {}) });
    formatters.set(key, found);
  }
  return found;
}

/** 13:42:09 */
export function clock(at: number, zone: Zone): string {
  return formatter(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
}

/** 13:42 */
export function clockMinutes(at: number, zone: Zone): string {
  return formatter(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Wed 28 Apr 2021 */
export function dayLong(at: number, zone: Zone): string {
  const parts = formatter(zone, { weekday: "short", day: "2-digit", month: "short", year: "numeric" }).formatToParts(at);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}`;
}

/** 28 Apr */
export function dayShort(at: number, zone: Zone): string {
  return formatter(zone, { day: "2-digit", month: "short" }).format(at);
}

/** The day of a moment where it is not that of `now`: "28 Apr"; null on the same day, where the clock says enough. */
export function otherDay(at: number, now: number, zone: Zone): string | null {
  return dayKey(at, zone) === dayKey(now, zone) ? null : dayShort(at, zone);
}

/** "13:42", and on another day "28 Apr 13:42". */
export function minutesOn(at: number, now: number, zone: Zone): string {
  const day = otherDay(at, now, zone);
  return day === null ? clockMinutes(at, zone) : `${day} ${clockMinutes(at, zone)}`;
}

/** An end that decides about money: "13:42 IST", on another day "28 Apr 13:42 IST". A clock alone would be read in the reader's own zone. */
export function untilText(at: number, now: number, zone: Zone): string {
  return `${minutesOn(at, now, zone)} ${zoneName(at, zone)}`;
}

/** 20210428, the day part of document ids. */
export function dayKey(at: number, zone: Zone): string {
  const parts = formatter(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  return part("year") + part("month") + part("day");
}

/** The hour of day, 0 to 23. */
export function hourOf(at: number, zone: Zone): number {
  return Number(formatter(zone, { hour: "2-digit", hourCycle: "h23" }).format(at));
}

/** How far the zone is ahead of UTC at that moment, in ms: chart libraries that draw UTC are fed shifted times. */
export function zoneOffset(at: number, zone: Zone): number {
  const options = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const parts = formatter(zone, { ...options, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const value = Object.fromEntries(parts.formatToParts(at).map((p) => [p.type, Number(p.value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = value;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / S) * S;
}

/** The zone's short name, "IST" or "UTC". */
export function zoneName(at: number, zone: Zone): string {
  if (zone === "Asia/Kolkata") return "IST"; // browsers write GMT+5:30 outside the en-IN locale
  const parts = formatter(zone, { timeZoneName: "short", hour: "2-digit" }).formatToParts(at);
  return parts.find((p) => p.type === "timeZoneName")?.value ?? "";
}

/** From here on an age is no longer a number but the moment it began. */
export const SINCE_AFTER = 5 * MIN;

/** "<1 s", "4 s", "35 s", "2 min", then "since 13:41:31". Past 10 s it moves in steps of 5: a still screen is a calm one. */
export function ageWords(at: number, now: number, zone: Zone): string {
  const age = Math.max(0, now - at);
  if (age < S) return words.age.underOne;
  if (age < 10 * S) return words.age.seconds(Math.floor(age / S));
  if (age < MIN) return words.age.seconds(Math.floor(age / (5 * S)) * 5);
  if (age < SINCE_AFTER) return words.age.minutes(Math.floor(age / MIN));
  return words.age.since(age < 20 * HOUR ? clock(at, zone) : `${dayShort(at, zone)} ${clockMinutes(at, zone)}`);
}

/** "14:51", from an hour on "1 h 47 min"; nothing is left below zero. */
export function countdown(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / S));
  if (left >= 3600) return words.age.hours(Math.floor(left / 3600), Math.floor((left % 3600) / 60));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** A market clock: the market time a document told, and when (wall) it told it. */
export interface MarketClock {
  marketAt: number;
  toldAt: number;
  speed: number;
  finished: boolean;
}

/** How long a clock may run on by itself: past this the source has gone silent and its clock stands still. */
const RUN_ON = 5 * S;

/** The market's time now: the last told one, carried on at the clock's speed, never further than 5 s of wall time. */
export function marketNow(source: MarketClock, now: number): number {
  if (source.finished) return source.marketAt;
  const elapsed = Math.min(Math.max(0, now - source.toldAt), RUN_ON);
  return source.marketAt + elapsed * source.speed;
}
