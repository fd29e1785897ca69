import { useQueries } from '@tanstack/react-query';

import { api, given, type Schemas } from './client';
import { tokens, type Line, type UsageQuery } from './usage';

export type Limit = Schemas['RateLimit'];
export type LimitKind = Limit['kind'];

export const LIMIT_KINDS: readonly LimitKind[] = [
  'requests_per_minute', 'tokens_per_minute', 'input_tokens_per_minute', 'output_tokens_per_minute', 'concurrent_requests',
  'total_tokens', 'total_input_tokens', 'total_output_tokens',
];

const MINUTE = 60_000;

function spanOf(kind: LimitKind): 'minute' | 'ever' | null {
  if (kind === 'concurrent_requests') return null;
  return kind.startsWith('total') ? 'ever' : 'minute';
}

function amountOf(kind: LimitKind, line: Line): number {
  if (kind === 'requests_per_minute') return line.calls;
  if (kind.includes('input')) return line.inputTokens;
  if (kind.includes('output')) return line.outputTokens;
  return tokens(line);
}

/**
 * What each limit has used: of rates what the last full minute used, of totals all there ever was. `null` while it is
 * not known, and for calls at the same time, which no report tells.
 */
export function useLimitUse(limits: readonly Limit[], enabled: boolean, refetchInterval: number | false = false): (limit: Limit) => number | null {
  const wanted = [...new Set(limits.filter((limit) => spanOf(limit.kind)).map((limit) => `${limit.scope.type} ${spanOf(limit.kind)}`))];
  const answers = useQueries({
    queries: wanted.map((want) => {
      const [type, span] = want.split(' ');
      return {
        queryKey: ['limit use', want],
        queryFn: async () => {
          const minute = Math.floor(Date.now() / MINUTE) * MINUTE;
          const query: UsageQuery =
            span === 'ever' ? { from: '1970-01-01T00:00:00Z' } : { from: new Date(minute - MINUTE).toISOString(), to: new Date(minute).toISOString() };
          if (type && type !== 'organisation') query.groupBy = type;
          if (span === 'minute') query.bucket = 'minute';
          return given(await api.GET('/api/v1/usage', { params: { query } })).lines;
        },
        enabled,
        refetchInterval,
      };
    }),
  });
  return (limit) => {
    const lines = answers[wanted.indexOf(`${limit.scope.type} ${spanOf(limit.kind)}`)]?.data;
    if (!lines) return null;
    return lines
      .filter((line) => limit.scope.type === 'organisation' || line.by[limit.scope.type] === limit.scope.id)
      .reduce((all, line) => all + amountOf(limit.kind, line), 0);
  };
}
