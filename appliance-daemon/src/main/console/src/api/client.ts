import { QueryClient } from '@tanstack/react-query';
import createClient, { type Middleware } from 'openapi-fetch';
import createHooks from 'openapi-react-query';

import { confirmation } from './confirmation';
import { Problem } from './problem';
import type { components, paths } from './schema';
import { lost, sessionHeaders, whenOut } from './session';

export type Schemas = components['schemas'];

/** The requests under way, as they were sent: one that must be confirmed is sent again. */
const sent = new Map<string, Request>();

const everyRequest: Middleware = {
  onRequest({ request, id }) {
    for (const [name, value] of Object.entries(sessionHeaders())) request.headers.set(name, value);
    if (request.method !== 'GET') sent.set(id, request.clone());
    return request;
  },
  async onResponse({ response, id }) {
    const again = sent.get(id);
    sent.delete(id);
    if (response.ok) return undefined;
    if (response.status === 401) lost();
    const problem = await Problem.of(response);
    if (problem.kind === 'confirm' && again && (await confirmation())) {
      const second = await fetch(again);
      if (second.ok) return second;
      throw await Problem.of(second);
    }
    throw problem;
  },
};

/** The admin API, typed by its own OpenAPI document. Whatever does not succeed is thrown as a Problem. */
export const api = createClient<paths>({ baseUrl: '/' });
api.use(everyRequest);

/** The same as hooks: `$api.useQuery('get', '/api/v1/…')`. */
export const $api = createHooks(api);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
    },
  },
});

whenOut(() => queries.clear());

/** After a change: whatever is shown is read again. */
export function refresh(): Promise<void> {
  return queries.invalidateQueries();
}

/** The entity tag of a thing that was read with that version. */
export function tag(version: number): string {
  return `"${version}"`;
}

export function given<T>(answer: { data?: T | undefined }): T {
  if (answer.data === undefined) throw new Error('The answer had no body.');
  return answer.data;
}
