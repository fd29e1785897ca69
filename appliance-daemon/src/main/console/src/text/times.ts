import { locale } from '@/i18n/language';

const NOTHING = '–';
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

export function ago(time: string | null | undefined, now = Date.now()): string {
  if (!time) return NOTHING;
  const seconds = (Date.parse(time) - now) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'short' }).format(Math.round(seconds / size), unit);
}

/** The moment in full, local and in UTC: for titles. */
export function exactly(time: string): string {
  const local = new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time));
  return `${local} · ${time.replace('T', ' ').replace(/\.\d+/, '').replace('Z', ' UTC')}`;
}

export function dateTime(time: string | null | undefined): string {
  if (!time) return NOTHING;
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
}

export function clock(time: string): string {
  return new Intl.DateTimeFormat(locale(), { timeStyle: 'medium', hourCycle: 'h23' }).format(new Date(time));
}

export function date(time: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(time));
}

const DAY = 86_400_000;

export function startOfDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
}

export function startOfMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
}

/** Where a period of a budget began, in UTC as the box counts. */
export function periodStart(period: 'day' | 'month', now: Date): Date {
  return period === 'day' ? startOfDay(now) : startOfMonth(now);
}

export function periodEnd(period: 'day' | 'month', now: Date): Date {
  return period === 'day'
    ? new Date(startOfDay(now).getTime() + DAY)
    : new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}
