// A time in a filter is a moment in RFC 3339, a date, or a distance from now such as `-24h`, which moves with the reader.
const RELATIVE = /^-(\d{1,6})([mhdw])$/;
const MILLISECONDS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Returns whether the time moves with the reader. */
export function isRelative(text: string): boolean {
  return RELATIVE.test(text);
}

/** Returns the moment that a filter's time means now; undefined if it is none. */
export function momentOf(text: string, now: Date): Date | undefined {
  const relative = RELATIVE.exec(text);
  if (relative !== null) {
    const [, count, unit] = relative as unknown as [string, string, string];
    return new Date(now.getTime() - Number(count) * (MILLISECONDS[unit] as number));
  }
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** Returns the same filter's time as it is now, for a link that shows the same events tomorrow. */
export function frozen(text: string, now: Date): string {
  return isRelative(text) ? (momentOf(text, now) as Date).toISOString() : text;
}
