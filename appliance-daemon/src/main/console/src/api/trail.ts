import type { Schemas } from './client';

export type Entry = Schemas['AuditEntry'];

/** What a call's row in the trail says; the trail leaves out what there was not. */
export interface CallRow {
  kind: 'call';
  id: string;
  at: string;
  traceId: string;
  requestId: string;
  startedAt: string;
  caller?: {
    departmentId: string; departmentName: string; projectId: string; projectName: string;
    keyId: string; keyName: string; userId?: string; userName?: string;
  };
  clientAddress: string;
  dialect: string;
  surface: string;
  streamed: boolean;
  scenario?: string;
  modelAsked?: string;
  modelServed?: string;
  upstream?: string;
  instance?: string;
  simulated: boolean;
  status: number;
  outcome: string;
  errorCode?: string;
  usage: {
    inputTokens: number; outputTokens: number; cachedInputTokens: number; cacheWriteTokens: number; reasoningTokens: number;
    audioMillis: number; images: number; characters: number; source: string;
  };
  cost?: Money;
  firstByteMicros?: number;
  totalMicros: number;
  requestSha256?: string;
  replySha256?: string;
  attempts?: Attempt[];
  saved?: { tokens?: number; inputTokens?: number; outputTokens?: number; cost?: Money };
}

export interface Money {
  amount: string;
  currency: string;
}

/** A try at a target that failed before the client saw anything. */
export interface Attempt {
  upstream: string;
  model: string;
  instance?: string;
  key?: string;
  cause: string;
  status?: number;
  startMicros: number;
  totalMicros: number;
  inputTokens?: number;
  outputTokens?: number;
  cost?: Money;
}

/** What somebody did with the admin API; before and after are the thing as JSON. */
export interface AdminRow {
  kind: 'admin';
  id: string;
  at: string;
  actor: string;
  action: string;
  objectType: string;
  objectId: string;
  before?: string;
  after?: string;
  requestId?: string;
  address?: string;
}

export function callOf(entry: Entry): CallRow | null {
  return entry.kind === 'call' ? (entry.record as CallRow) : null;
}

export function adminOf(entry: Entry): AdminRow | null {
  return entry.kind === 'admin' ? (entry.record as AdminRow) : null;
}

export function idOf(entry: Entry): string {
  return (entry.record as { id?: string }).id ?? '';
}

export function timeOf(entry: Entry): string {
  const row = entry.record as { at?: string; startedAt?: string };
  return row.startedAt ?? row.at ?? '';
}

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** Which members differ between two states of a thing; what the box itself counts on is left out. */
export function changes(before: string | undefined, after: string | undefined): Change[] {
  const was = read(before);
  const is = read(after);
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return fields
    .filter((field) => !['version', 'updatedAt', 'createdAt', 'id'].includes(field))
    .filter((field) => JSON.stringify(was[field] ?? null) !== JSON.stringify(is[field] ?? null))
    .map((field) => ({ field, before: was[field] ?? null, after: is[field] ?? null }));
}

function read(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = text ? JSON.parse(text) : {};
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
