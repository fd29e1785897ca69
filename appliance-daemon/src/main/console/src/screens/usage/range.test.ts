import { describe, expect, it } from 'vitest';

import { before, bucketOf, buckets, periodOf } from './range';

const now = new Date('2026-03-01T05:00:00Z');

describe('time ranges', () => {
  it('are whole days of UTC', () => {
    expect(periodOf('today', null, null, now)).toEqual({ from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') });
    expect(periodOf('lastMonth', null, null, now)).toEqual({ from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') });
  });

  it('take nonsense and a wrong order from the address', () => {
    expect(periodOf('custom', 'rubbish', '2026-02-30T', now).from).toEqual(new Date('2026-03-01T00:00:00Z'));
    expect(periodOf('custom', '2026-02-10', '2026-02-01', now)).toEqual({ from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-02-11T00:00:00Z') });
  });

  it('compare with as long a time right before', () => {
    const period = periodOf('days7', null, null, now);
    expect(before(period).to).toEqual(period.from);
    expect(before(period).to.getTime() - before(period).from.getTime()).toBe(7 * 86_400_000);
  });

  it('leave no bucket out', () => {
    const period = periodOf('days30', null, null, now);
    expect(buckets(period, bucketOf(period).step)).toHaveLength(30);
    expect(buckets(periodOf('today', null, null, now), 3600)).toHaveLength(24);
  });
});
