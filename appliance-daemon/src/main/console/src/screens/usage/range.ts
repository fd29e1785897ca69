import { startOfDay, startOfMonth } from '@/text/times';

export const RANGES = ['today', 'days7', 'days30', 'month', 'lastMonth', 'custom'] as const;
export type RangeName = (typeof RANGES)[number];

export interface Period {
  from: Date;
  to: Date;
}

const DAY = 86_400_000;

/** The days of a range, in UTC as the box counts; `to` is the first moment behind it. */
export function periodOf(range: string, from: string | null, to: string | null, now = new Date()): Period {
  const tomorrow = new Date(startOfDay(now).getTime() + DAY);
  const month = startOfMonth(now);
  switch (range) {
    case 'today':
      return { from: startOfDay(now), to: tomorrow };
    case 'days7':
      return { from: new Date(tomorrow.getTime() - 7 * DAY), to: tomorrow };
    case 'month':
      return { from: month, to: tomorrow };
    case 'lastMonth':
      return { from: new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() - 1, 1)), to: month };
    case 'custom': {
      const first = day(from) ?? startOfDay(now);
      const last = day(to) ?? startOfDay(now);
      return last < first ? { from: last, to: new Date(first.getTime() + DAY) } : { from: first, to: new Date(last.getTime() + DAY) };
    }
    default:
      return { from: new Date(tomorrow.getTime() - 30 * DAY), to: tomorrow };
  }
}

function day(text: string | null): Date | null {
  const time = text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time);
}

/** As long, right before. */
export function before(period: Period): Period {
  return { from: new Date(period.from.getTime() - (period.to.getTime() - period.from.getTime())), to: period.from };
}

export function bucketOf(period: Period): { bucket: 'hour' | 'day'; step: number } {
  return period.to.getTime() - period.from.getTime() <= 2 * DAY ? { bucket: 'hour', step: 3_600 } : { bucket: 'day', step: 86_400 };
}

/** The starts of all buckets, in seconds; none left out, so that a pause is seen as one. */
export function buckets(period: Period, step: number): number[] {
  const times: number[] = [];
  for (let time = period.from.getTime() / 1000; time < period.to.getTime() / 1000; time += step) times.push(time);
  return times;
}
