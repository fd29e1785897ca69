import { $api } from '@/api/client';
import { useMay } from '@/api/session';

const CALLS = 200;

interface FirstBytes {
  count: number;
  median: number;
  p95: number;
}

interface CallRow {
  firstByteMicros?: number;
}

/** How soon answers began, in ms, by the newest calls of the trail. */
export function useFirstBytes(interval: number | false): FirstBytes | null {
  const may = useMay('view_audit');
  const calls = $api.useQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { kind: 'call', outcome: 'completed', limit: CALLS } } },
    { refetchInterval: interval === false ? false : interval * 3, enabled: may },
  );
  const times = (calls.data?.items ?? [])
    .map((entry) => (entry.record as CallRow).firstByteMicros)
    .filter((micros): micros is number => micros !== undefined)
    .sort((a, b) => a - b);
  if (times.length === 0) return null;
  const at = (share: number) => (times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? 0) / 1000;
  return { count: times.length, median: at(0.5), p95: at(0.95) };
}
