/** Time ranges as they stand in the address. */
export const RANGES = ['r1h', 'r24h', 'r7d', 'r30d', 'rall'] as const;
export type Range = (typeof RANGES)[number];

const HOURS: Readonly<Record<Range, number | null>> = { r1h: 1, r24h: 24, r7d: 168, r30d: 720, rall: null };

/** Whole minutes, so that a range asks the same question for a while. */
export function rangeStart(range: string, now = Date.now()): string | undefined {
  const hours = HOURS[range as Range];
  return hours ? new Date(Math.floor(now / 60_000) * 60_000 - hours * 3_600_000).toISOString() : undefined;
}
