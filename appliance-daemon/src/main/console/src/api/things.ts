import { api, given, tag, type Schemas } from './client';
import type { Nouns } from './lists';

/** What a thing of each noun is made from. */
export interface Drafts {
  departments: Schemas['DepartmentDraft'];
  projects: Schemas['ProjectDraft'];
  users: Schemas['UserDraft'];
  limits: Schemas['LimitDraft'];
  budgets: Schemas['BudgetDraft'];
  upstreams: Schemas['UpstreamDraft'];
  models: Schemas['ModelDraft'];
  prices: Schemas['PriceDraft'];
  policies: Schemas['PolicyDraft'];
  deployments: Schemas['DeploymentDraft'];
  'sign-on': Schemas['SignOnDraft'];
  'machine-clients': Schemas['MachineClientDraft'];
  'alert-destinations': Schemas['AlertDestinationDraft'];
}

export type Noun = keyof Nouns & keyof Drafts;

/** What things of every noun have. */
export interface Thing {
  id: string;
  version: number;
}

type Asked = (path: string, init?: object) => Promise<{ data?: unknown }>;

// Every noun has the same five calls. Their types differ, and TypeScript cannot follow a noun that it does not know: the
// functions below put the types back.
const any = api as unknown as Record<'GET' | 'POST' | 'PATCH' | 'DELETE', Asked>;

const against = (version: number | undefined) => (version === undefined ? {} : { 'If-Match': tag(version) });

export async function read<N extends Noun>(noun: N, id: string): Promise<Nouns[N]> {
  return given(await any.GET(`/api/v1/${noun}/{id}`, { params: { path: { id } } })) as Nouns[N];
}

export async function make<N extends Noun>(noun: N, draft: Drafts[N]): Promise<Nouns[N]> {
  return given(await any.POST(`/api/v1/${noun}`, { body: draft })) as Nouns[N];
}

/** Changes a thing if it is still as it was when that version of it was read. */
export async function change<N extends Noun>(noun: N, id: string, version: number | undefined, patch: object): Promise<Nouns[N]> {
  return given(await any.PATCH(`/api/v1/${noun}/{id}`, { params: { path: { id }, header: against(version) }, body: patch })) as Nouns[N];
}

/** Deletes a thing; with what belongs to it, where the noun says that it can have such. */
export async function remove(noun: Noun, of: Thing): Promise<void> {
  const cascade = noun === 'departments' || noun === 'projects' || noun === 'deployments';
  await any.DELETE(`/api/v1/${noun}/{id}`, { params: { path: { id: of.id }, header: against(of.version), ...(cascade ? { query: { cascade: true } } : {}) } });
}
