import { count } from "./quantities";

/** One line that is overwritten during the work. */
export interface ProgressLine {
  /** @param seconds since the work began, to show the rate and the remaining time */
  show(what: string, done: number, total: number | undefined, seconds?: number): void;
  say(text: string): void;
  clear(): void;
}

/** Minimum time between two updates: a terminal is slower than the work. */
const PROGRESS_INTERVAL_MS = 100;

/** Writes nothing if the stream is not a terminal. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  let shownAt = 0;
  const clear = () => {
    if (stream.isTTY) stream.write("\r\u001b[K");
  };
  const say = (text: string) => {
    if (!stream.isTTY || performance.now() - shownAt < PROGRESS_INTERVAL_MS) return;
    shownAt = performance.now();
    clear();
    stream.write(text);
  };
  return {
    clear,
    say,
    show: (what, done, total, seconds) => {
      const of = total === undefined ? "" : ` of ${count(total)}`;
      say(`${what}: ${count(done)}${of}${seconds === undefined ? "" : pace(done, total, seconds)}`);
    },
  };
}

/** e.g. `, 480/s, 3 min left` */
function pace(done: number, total: number | undefined, seconds: number): string {
  if (done === 0 || seconds < 1) return "";
  const rate = done / seconds;
  const left = total === undefined ? undefined : (total - done) / rate;
  const time =
    left === undefined
      ? ""
      : left < 90
        ? `, ${Math.ceil(left)} s left`
        : `, ${Math.ceil(left / 60)} min left`;
  return `, ${count(Math.round(rate))}/s${time}`;
}
