import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { sessionHeaders, lost } from './session';
import { Problem } from './problem';
import type { Schemas } from './client';

/** The nouns that page by cursor, and what they consist of. */
export interface Nouns {
  departments: Schemas['Department'];
  projects: Schemas['Project'];
  users: Schemas['User'];
  keys: Schemas['Key'];
  limits: Schemas['RateLimit'];
  budgets: Schemas['SpendBudget'];
  upstreams: Schemas['UpstreamServer'];
  models: Schemas['PublicModel'];
  prices: Schemas['PriceEntry'];
  policies: Schemas['Policy'];
  deployments: Schemas['Deployment'];
  'access-requests': Schemas['AccessRequest'];
  'sign-on': Schemas['SignOnProvider'];
  'machine-clients': Schemas['MachineClientView'];
  'alert-destinations': Schemas['AlertDestination'];
}

const PAGE = 1000;
/** More than that nobody scrolls through; the search narrows what is shown. */
const MOST_PAGES = 20;

export async function everyOne<N extends keyof Nouns>(noun: N, filter: Record<string, string> = {}): Promise<Nouns[N][]> {
  const all: Nouns[N][] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ ...filter, limit: String(PAGE) });
    if (after) query.set('after', after);
    const answer = await fetch(`/api/v1/${noun}?${query}`, { headers: sessionHeaders() });
    if (!answer.ok) {
      if (answer.status === 401) lost();
      throw await Problem.of(answer);
    }
    const body = (await answer.json()) as { items: Nouns[N][]; next: string | null };
    all.push(...body.items);
    after = body.next;
    if (!after) break;
  }
  return all;
}

export function useEvery<N extends keyof Nouns>(
  noun: N,
  filter: Record<string, string> = {},
  options: { enabled?: boolean; refetchInterval?: number | false } = {},
): UseQueryResult<Nouns[N][]> {
  return useQuery({ queryKey: ['every', noun, filter], queryFn: () => everyOne(noun, filter), ...options });
}
