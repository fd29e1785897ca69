import { startOfDay, startOfMonth } from '@/text/times';

import { $api, queries, type Schemas } from './client';
import type { Topic } from './events';

// What the box says by itself is put where screens look for the answers to their own questions: so a screen shows the same
// whether it was told or asked.

type Usage = Schemas['Usage'];

/** Alerts that are not over, as the badge and the screen of alerts count them. */
export const openAlerts = ['alerts that are not over'];

/** The sums of the whole that pages ask for: today's and this month's. */
export function wholeOf(from: Date) {
  return { params: { query: { from: from.toISOString() } } };
}

/** Groups and courses of the day follow the sums, but not at each call. */
const FOLLOW = 10_000;
let followed = 0;
let following: ReturnType<typeof setTimeout> | undefined;

/** Takes in what a topic said. */
export function take(topic: Topic, state: unknown): void {
  switch (topic) {
    case 'overview':
      queries.setQueryData($api.queryOptions('get', '/api/v1/system/status', {}).queryKey, state as Schemas['Status']);
      break;
    case 'gpus':
      gpus(state as Schemas['GpuList']);
      break;
    case 'deployments':
      queries.setQueryData($api.queryOptions('get', '/api/v1/deployments/status', {}).queryKey, state as Schemas['FleetStatus']);
      break;
    case 'imports':
      queries.setQueryData($api.queryOptions('get', '/api/v1/model-store/imports', {}).queryKey, state as Schemas['ModelImports']);
      break;
    case 'alerts':
      queries.setQueryData(openAlerts, (state as { items: Schemas['AlertView'][] }).items);
      break;
    case 'spend':
      spend(state as { today: Usage; month: Usage });
      break;
    case 'queues':
      break;
  }
}

function gpus(list: Schemas['GpuList']): void {
  queries.setQueryData($api.queryOptions('get', '/api/v1/gpus', {}).queryKey, list);
  for (const gpu of list.nodes.flatMap((node) => node.gpus)) {
    // Only where somebody looks at that one.
    queries.setQueryData($api.queryOptions('get', '/api/v1/gpus/{gpu}', { params: { path: { gpu: gpu.id } } }).queryKey, (before) => before && gpu);
  }
}

function spend({ today, month }: { today: Usage; month: Usage }): void {
  const now = new Date();
  const put = (from: Date, usage: Usage) => queries.setQueryData($api.queryOptions('get', '/api/v1/usage', wholeOf(from)).queryKey, usage);
  put(startOfMonth(now), month);
  put(startOfDay(now), today);
  clearTimeout(following);
  following = setTimeout(
    () => {
      followed = Date.now();
      // The sums themselves are as new as can be.
      const told = new Set([startOfDay(now), startOfMonth(now)].map((from) => JSON.stringify(wholeOf(from))));
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'spending' || (queryKey[1] === '/api/v1/usage' && !told.has(JSON.stringify(queryKey[2]))),
      });
    },
    Math.max(0, followed + FOLLOW - Date.now()),
  );
}
