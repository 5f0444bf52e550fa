const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
];

/** Writes times and numbers as the reader's language and time zone have them. */
export class Formats {
  readonly language: string;
  readonly timeZone: string;
  readonly #clock: Intl.DateTimeFormat;
  readonly #seconds: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #shortDay: Intl.DateTimeFormat;
  readonly #moment: Intl.DateTimeFormat;
  readonly #zone: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #number: Intl.NumberFormat;
  readonly #compact: Intl.NumberFormat;
  readonly #list: Intl.ListFormat;

  constructor(language: string, timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone) {
    this.language = language;
    this.timeZone = timeZone;
    const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { timeZone, ...options });
    this.#clock = make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    this.#seconds = make({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
    this.#day = make({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    this.#shortDay = make({ day: 'numeric', month: 'short', year: 'numeric' });
    this.#moment = make({ dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' } as Intl.DateTimeFormatOptions);
    this.#zone = make({ timeZoneName: 'shortOffset' });
    this.#relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
    this.#number = new Intl.NumberFormat(language);
    this.#compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 });
    this.#list = new Intl.ListFormat(language, { type: 'conjunction' });
  }

  /** "14:03" */
  clock(time: Date): string {
    return this.#clock.format(time);
  }

  /** "14:03:22" */
  seconds(time: Date): string {
    return this.#seconds.format(time);
  }

  /** "Friday, 27 November 2026" */
  day(time: Date): string {
    return this.#day.format(time);
  }

  /** "27 Nov 2026" */
  shortDay(time: Date): string {
    return this.#shortDay.format(time);
  }

  /** "27 Nov 2026, 14:03:22" */
  moment(time: Date): string {
    return this.#moment.format(time);
  }

  /** "2026-11-27 13:03:22.511 UTC" */
  utc(time: Date): string {
    return time.toISOString().replace('T', ' ').replace('Z', ' UTC');
  }

  /** "Berlin · GMT+1" */
  zone(): string {
    const offset = this.#zone.formatToParts(new Date()).find((part) => part.type === 'timeZoneName')?.value;
    const city = this.timeZone.split('/').pop()?.replace(/_/g, ' ') ?? this.timeZone;
    return offset === undefined || offset === city ? city : `${city} · ${offset}`;
  }

  /** "3 hours ago". Returns undefined for times that are further than a day away: nobody counts in hours then. */
  recently(time: Date, now: Date): string | undefined {
    const distance = time.getTime() - now.getTime();
    return Math.abs(distance) < DAY ? this.ago(time, now) : undefined;
  }

  /** "3 hours ago", "12 days ago" */
  ago(time: Date, now: Date): string {
    const distance = time.getTime() - now.getTime();
    const [unit, length] = UNITS.find(([, each]) => Math.abs(distance) >= each) ?? ['second', SECOND];
    return this.#relative.format(Math.trunc(distance / length), unit);
  }

  /** "3 weeks", the time that passed between two events. */
  span(milliseconds: number): string {
    const units: [string, number][] = [
      ['year', 365 * DAY],
      ['month', 30 * DAY],
      ['week', 7 * DAY],
      ['day', DAY],
      ['hour', HOUR],
      ['minute', MINUTE],
    ];
    const [unit, length] = units.find(([, each]) => milliseconds >= each) ?? ['second', SECOND];
    const style = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 } as const;
    return new Intl.NumberFormat(this.language, style).format(Math.floor(milliseconds / length));
  }

  number(value: number | bigint): string {
    return this.#number.format(value);
  }

  /** "1.2M" */
  compact(value: number): string {
    return this.#compact.format(value);
  }

  /** "0.3%" */
  percent(share: number): string {
    return new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 1 }).format(share);
  }

  /** "1.5 MB" */
  bytes(value: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
    // "0 byte" is what the short form has.
    const style = { style: 'unit', unit: units[power] as string, unitDisplay: power === 0 ? 'long' : 'short', maximumFractionDigits: power === 0 ? 0 : 1 } as const;
    return new Intl.NumberFormat(this.language, style).format(value / 1000 ** power);
  }

  /** "a, b and c" */
  list(items: readonly string[]): string {
    return this.#list.format(items);
  }

  /** The day on which the time lies for the reader, for comparing: "2026-11-27". */
  dayKey(time: Date): string {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: this.timeZone }).format(time);
  }
}
