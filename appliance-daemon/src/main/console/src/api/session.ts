import { useSyncExternalStore } from 'react';

import { Problem } from './problem';

// The one place that knows how somebody is signed on. A box with sign-on keeps the session on the server, in a cookie that
// no script can read. A box without it takes the admin token, which stays in this page's memory alone: it is gone with the
// page, and never in any storage.

export type PermissionWord = 'view' | 'change' | 'view_usage' | 'view_audit' | 'view_bodies' | 'operate';

/** A way of signing on that begins by leaving this page. */
export interface Redirect {
  readonly name: string;
  readonly begin: string;
}

export interface SignOnOptions {
  readonly password: boolean;
  readonly token: boolean;
  readonly redirects: readonly Redirect[];
}

export interface Me {
  readonly name: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'out'; readonly options: SignOnOptions; readonly expired: boolean }
  | { readonly state: 'in'; readonly me: Me };

const EVERYTHING: readonly PermissionWord[] = ['view', 'change', 'view_usage', 'view_audit', 'view_bodies', 'operate'];
const TOKEN_ONLY: SignOnOptions = { password: false, token: true, redirects: [] };
const PATH = '/api/v1/session';

const listeners = new Set<() => void>();
let session: Session = { state: 'unknown' };
let options: SignOnOptions = TOKEN_ONLY;
let keptOnServer = false;
let token: string | null = null;

function become(next: Session): void {
  session = next;
  listeners.forEach((listener) => listener());
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

export function useMe(): Me {
  const now = useSession();
  return now.state === 'in' ? now.me : { name: '', roles: [], permissions: [] };
}

export function useMay(permission: PermissionWord): boolean {
  return useMe().permissions.includes(permission);
}

/** What every request carries. The own header keeps other sites' forms out: they cannot set it. */
export function sessionHeaders(): Record<string, string> {
  const headers: Record<string, string> = { 'x-gatehouse-console': '1' };
  if (token) headers.authorization = `Bearer ${token}`;
  return headers;
}

/** Finds out how one signs on here, and whether one is signed on already. */
export async function begin(): Promise<void> {
  try {
    const ways = await fetch(`${PATH}/options`, { headers: sessionHeaders() });
    if (ways.ok) {
      keptOnServer = true;
      options = readOptions(await ways.json());
      const mine = await fetch(PATH, { headers: sessionHeaders() });
      if (mine.ok) {
        become({ state: 'in', me: readMe(await mine.json()) });
        return;
      }
    }
  } catch {
    // The daemon is away: the sign-in page says so when somebody tries.
  }
  become({ state: 'out', options, expired: false });
}

export async function signInWithToken(given: string): Promise<void> {
  if (keptOnServer) {
    await post({ token: given });
    return;
  }
  const answer = await fetch('/api/v1/settings', { headers: { authorization: `Bearer ${given}` } });
  if (!answer.ok) throw await Problem.of(answer);
  token = given;
  become({ state: 'in', me: { name: '', roles: ['appliance_admin'], permissions: EVERYTHING } });
}

export async function signInWithPassword(username: string, password: string, otp: string): Promise<void> {
  await post({ username, password, ...(otp ? { otp } : {}) });
}

async function post(body: Record<string, string>): Promise<void> {
  const answer = await fetch(PATH, {
    method: 'POST',
    headers: { ...sessionHeaders(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw await Problem.of(answer);
  const mine = await fetch(PATH, { headers: sessionHeaders() });
  if (!mine.ok) throw await Problem.of(mine);
  become({ state: 'in', me: readMe(await mine.json()) });
}

export async function signOut(): Promise<void> {
  if (keptOnServer) await fetch(PATH, { method: 'DELETE', headers: sessionHeaders() }).catch(() => undefined);
  token = null;
  become({ state: 'out', options, expired: false });
}

/** The daemon does not know the session any more. */
export function lost(): void {
  if (session.state !== 'in') return;
  token = null;
  become({ state: 'out', options, expired: true });
}

function readMe(body: unknown): Me {
  const me = body as { name?: string; username?: string; roles?: string[]; role?: string; permissions?: string[] };
  return {
    name: me.name ?? me.username ?? '',
    roles: me.roles ?? (me.role ? [me.role] : []),
    permissions: me.permissions ?? [],
  };
}

function readOptions(body: unknown): SignOnOptions {
  const ways = body as { password?: boolean; token?: boolean; ways?: { kind?: string; name?: string; begin?: string }[] };
  const list = Array.isArray(ways.ways) ? ways.ways : [];
  return {
    password: ways.password ?? list.some((way) => way.kind === 'password'),
    token: ways.token ?? true,
    redirects: list.flatMap((way) => (way.begin?.startsWith('/') ? [{ name: way.name ?? '', begin: way.begin }] : [])),
  };
}
