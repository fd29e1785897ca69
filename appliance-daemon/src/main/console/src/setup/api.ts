import { Problem } from '@/api/problem';
import { sessionHeaders } from '@/api/session';

// The set-up's part of the API. Each step has answers of its own, so the document calls them JSON: the steps' folders know
// more. A claim is a session like any other: a cookie that no script can read, and the header that other sites cannot set.

export type Status = 'open' | 'done' | 'skipped';

export interface Step<A = unknown, R = unknown> {
  readonly name: string;
  readonly status: Status;
  readonly reason: string | null;
  readonly changedAt: string | null;
  readonly version: number;
  /** What was accepted, without secrets. */
  readonly answer: A | null;
  /** What it made. */
  readonly result: R | null;
}

export interface FoundStep<A = unknown, F = unknown, R = unknown> extends Step<A, R> {
  readonly found: F;
}

/** What a form begins with: what was accepted before, else what whoever delivered the box suggests. */
export function beginWith<A>(step: FoundStep<A>): A | null {
  return step.answer ?? (step.found as { suggested?: A | null } | null)?.suggested ?? null;
}

export interface AnsweredStep extends Step {
  /** Shown this once. */
  readonly secrets: Readonly<Record<string, string>> | null;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
  readonly millis: number;
  readonly models: readonly string[] | null;
}

export interface SetUp {
  readonly phase: 'unclaimed' | 'claimed' | 'finished';
  readonly version: string;
  readonly certificateFingerprint: string | null;
  readonly codeExpiresAt: string | null;
  readonly claimedAt: string | null;
  readonly simulated: boolean;
  /** None for strangers. */
  readonly steps: readonly Step[];
}

const ROOT = '/api/v1/setup';

async function ask<T>(method: string, path: string, body?: unknown, version?: number): Promise<T> {
  const answer = await fetch(`${ROOT}${path}`, {
    method,
    headers: { ...sessionHeaders(), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(version === undefined ? {} : { 'if-match': `"${version}"` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw await Problem.of(answer);
  return (await answer.json()) as T;
}

export const getSetUp = () => ask<SetUp>('GET', '');
export const claim = (code: string) => ask<{ phase: string }>('POST', '/claim', { code });
export const getStep = (name: string) => ask<FoundStep>('GET', `/steps/${name}`);
export const checkStep = (name: string, answer: unknown, login?: { name: string; password: string }) =>
  ask<{ ok: boolean; checks: Check[] }>('POST', `/steps/${name}/check`, { answer, ...(login ? { login } : {}) });
export const answerStep = (name: string, answer: unknown, version: number) => ask<AnsweredStep>('PUT', `/steps/${name}`, { answer }, version);
export const skipStep = (name: string, reason: string, version: number) => ask<Step>('POST', `/steps/${name}/skip`, { reason }, version);
export const finish = () => ask<{ phase: string; steps: Step[] }>('POST', '/finish');
