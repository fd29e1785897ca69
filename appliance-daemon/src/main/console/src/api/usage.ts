import { useQueries } from '@tanstack/react-query';

import { sum } from '@/text/money';
import { periodStart } from '@/text/times';

import { $api, api, given, type Schemas } from './client';

export type Line = Schemas['UsageLine'];
export type Budget = Schemas['SpendBudget'];
type ScopeType = Budget['scope']['type'];

export interface UsageQuery {
  from?: string;
  to?: string;
  bucket?: 'minute' | 'hour' | 'day';
  groupBy?: string;
  department?: string;
  project?: string;
  user?: string;
  key?: string;
  scenario?: string;
  model?: string;
  upstream?: string;
}

export function useUsage(query: UsageQuery, options: { refetchInterval?: number | false; enabled?: boolean } = {}) {
  return $api.useQuery('get', '/api/v1/usage', { params: { query } }, { placeholderData: (before) => before, ...options });
}

export type Countable = { [K in keyof Line]: Line[K] extends number ? K : never }[keyof Line];

export function total(lines: readonly Line[], what: Countable): number {
  return lines.reduce((all, line) => all + line[what], 0);
}

export function totalCost(lines: readonly Line[]): string {
  return sum(lines.map((line) => line.cost));
}

export function tokens(line: Line): number {
  return line.inputTokens + line.outputTokens;
}

export function currencyOf(lines: readonly Line[] | undefined): string | null {
  return lines?.find((line) => line.currency)?.currency ?? null;
}

/** What each budget has used of its running period: one question for each kind of scope and period. */
export function useSpending(budgets: readonly Budget[], enabled: boolean, refetchInterval: number | false = false): (budget: Budget) => string | null {
  const wanted = [...new Set(budgets.map((budget) => `${budget.scope.type} ${budget.period}`))];
  const answers = useQueries({
    queries: wanted.map((want) => {
      const [type, period] = want.split(' ') as [ScopeType, Budget['period']];
      const query: UsageQuery = { from: periodStart(period, new Date()).toISOString() };
      if (type !== 'organisation') query.groupBy = type;
      return {
        queryKey: ['spending', want],
        queryFn: async () => given(await api.GET('/api/v1/usage', { params: { query } })).lines,
        enabled,
        refetchInterval,
      };
    }),
  });
  return (budget) => {
    const lines = answers[wanted.indexOf(`${budget.scope.type} ${budget.period}`)]?.data;
    if (!lines) return null;
    return totalCost(budget.scope.type === 'organisation' ? lines : lines.filter((line) => line.by[budget.scope.type] === budget.scope.id));
  };
}

const SUMMED = [
  'calls', 'refusals', 'failures', 'estimated', 'inputTokens', 'outputTokens', 'cachedInputTokens', 'cacheWriteTokens', 'reasoningTokens',
  'audioMillis', 'images', 'characters', 'cacheHits', 'savedTokens',
] as const;
const SUMMED_DECIMALS = ['cost', 'wattHours', 'gpuSeconds', 'localCost', 'savedCost'] as const;

/** One line for each group: the box keeps calls that were not priced, such as refused ones, apart from those that were. */
export function merged(lines: readonly Line[], by: string): Line[] {
  const found = new Map<string, Line>();
  for (const line of lines) {
    const id = line.by[by] ?? '';
    const known = found.get(id);
    if (!known) {
      found.set(id, { ...line });
      continue;
    }
    for (const figure of SUMMED) known[figure] += line[figure];
    for (const figure of SUMMED_DECIMALS) known[figure] = sum([known[figure], line[figure]]);
    known.currency ??= line.currency;
  }
  return [...found.values()];
}
