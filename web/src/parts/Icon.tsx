/** The glyphs, drawn on a 16 px grid with the text's colour. Fed by name; decoration only: the word beside it carries the meaning. */

const PATHS = {
  grid: "M3.5 2.5h2.5a1 1 0 0 1 1 1V6a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V3.5a1 1 0 0 1 1-1zM10 2.5h2.5a1 1 0 0 1 1 1V6a1 1 0 0 1-1 1H10a1 1 0 0 1-1-1V3.5a1 1 0 0 1 1-1zM3.5 9h2.5a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM10 9h2.5a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1H10a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1z",
  bot: "M5 5h6a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM8 5V2.5M6 8.5v1M10 8.5v1M1.5 8.5v2M14.5 8.5v2",
  layers: "M8 2.5 14 6 8 9.5 2 6zM2.5 9.5 8 12.7l5.5-3.2",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  fill: "M2.5 8.5 6 12l7.5-8",
  swap: "M3 5.5h9.5L10 3M13 10.5H3.5L6 13",
  pulse: "M1.5 8.5h3L6.5 4l3 8 2-3.5h3",
  sliders: "M2.5 4.5h5M12 4.5h1.5M9.7 2.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zM2.5 11.5H4M8.5 11.5h5M6.3 9.8a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
  chain: "M6.5 9.5l3-3M7.2 4.8 8.6 3.4a2.8 2.8 0 0 1 4 4L11.2 8.8M8.8 11.2l-1.4 1.4a2.8 2.8 0 0 1-4-4l1.4-1.4",
  key: "M10 2.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM7.5 8.5l-5 5M4.5 11.5l1.5 1.5M11 5h.01",
  bell: "M4 11V7.2a4 4 0 0 1 8 0V11l1 1.2H3zM6.8 13.8h2.4",
  half: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11v11",
  stop: "M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  check: "m3.5 8.5 3 3 6-7",
  no: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM4.2 4.2l7.6 7.6",
  warn: "M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.4h.01",
  info: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.5V11M8 5.2h.01",
  help: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM6.4 6.4a1.6 1.6 0 1 1 2.3 1.5c-.5.3-.7.6-.7 1.1M8 11.2h.01",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.6 8z",
  square: "M4 4h8v8H4z",
  edit: "M10.5 3 13 5.5 6 12.5l-3 .5.5-3z",
  bin: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  left: "M10 3.5 5.5 8l4.5 4.5",
  out: "M6.5 3H3.5v10h3M6.5 8H13M10.5 5.2 13.3 8l-2.8 2.8",
  close: "m4 4 8 8M12 4l-8 8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="i" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
