import { useQuery } from '@tanstack/react-query';

import { api, given } from '@/api/client';
import { currencyOf, total, totalCost } from '@/api/usage';
import { startOfDay } from '@/text/times';

import { keyFor } from './pass';

/** The sums follow a call within seconds. */
const ASK_EVERY = 1_500;
const ASK_AT_MOST = 8;

export interface Spent {
  calls: number;
  cost: string;
  currency: string | null;
}

/**
 * What somebody's own calls of a model from here have cost today, for those who may not read the trail, which knows it of each call.
 *
 * @param project that pays; none: a key that was pasted, whose sums may be of others, too
 * @param after the request that they shall hold, so that they are asked for anew
 */
export function useOwnSpending(project: string | null, model: string, after: string, enabled: boolean): Spent | undefined {
  return useQuery({
    queryKey: ['playground', 'spent', project, model, after],
    queryFn: async () => {
      const key = await keyFor(project ?? '');
      if (!key) return { calls: 0, cost: '0', currency: null };
      const { lines } = given(await api.GET('/api/v1/usage', { params: { query: { from: startOfDay(new Date()).toISOString(), key, model } } }));
      return { calls: total(lines, 'calls'), cost: totalCost(lines), currency: currencyOf(lines) };
    },
    enabled: enabled && project !== null && after !== '',
    refetchInterval: (query) => (query.state.dataUpdateCount < ASK_AT_MOST ? ASK_EVERY : false),
  }).data;
}
