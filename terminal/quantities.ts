export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** `12,345` */
export const count = (value: number): string => value.toLocaleString("en-US");

/** `file` for one, else `files` */
export const plural = (value: number, one: string, many = `${one}s`): string => (value === 1 ? one : many);

/** `1 file`, `1,200 files` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${plural(value, one, many)}`;

const POWERS = ["", "k", "M", "G", "T"] as const;
const THOUSAND = 1000;
/** Up to this value, a count is printed in full. */
const MAX_PLAIN_COUNT = 99_999;

/** A count in at most six characters: `12,345`, `1.2M`. */
export function compact(value: number): string {
  if (value <= MAX_PLAIN_COUNT) return count(value);
  const { text, prefix } = inThousands(value);
  return `${text}${prefix}`;
}

/** Units of bytes, each a thousand times the previous one. */
export const BYTE_UNITS = POWERS.map((prefix) => `${prefix}B`);

/** Bytes in decimal units: `1.2 GB`. */
export function byteText(value: number): string {
  const { text, prefix } = inThousands(value);
  return `${text} ${prefix}B`;
}

function inThousands(value: number) {
  const power = value < THOUSAND ? 0 : Math.min(POWERS.length - 1, Math.floor(Math.log10(value) / 3));
  return { text: (value / THOUSAND ** power).toFixed(power === 0 ? 0 : 1), prefix: POWERS[power] ?? "" };
}

const TIMES = [
  { name: "d", ms: 86_400_000, from: 2 * 86_400_000 },
  { name: "h", ms: 3_600_000, from: 2 * 3_600_000 },
  { name: "min", ms: 60_000, from: 60_000 },
  { name: "s", ms: 1_000, from: 0 },
] as const;

/** A duration or an age, in at most six characters: `45 s`, `90 min`, `5 h`, `12 d`. */
export function age(milliseconds: number): string {
  const positive = Math.max(0, milliseconds);
  const unit = TIMES.find(({ from }) => positive >= from) ?? TIMES[3];
  return `${Math.floor(positive / unit.ms)} ${unit.name}`;
}
