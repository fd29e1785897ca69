import { useSyncExternalStore } from 'react';

import { Problem } from './problem';

// The one place that knows how somebody is signed on. A box with sign-on keeps the session on the server, in a cookie that
// no script can read. A box without it takes the admin token, which stays in this page's memory alone: it is gone with the
// page, and never in any storage.

export type PermissionWord =
  | 'view' | 'view_box' | 'change' | 'manage_projects' | 'manage_keys' | 'manage_people' | 'view_usage' | 'view_audit' | 'view_bodies' | 'operate';

/** A provider that people sign on with: by a name and a password given here, or by going there. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly form: boolean;
  readonly beginAt: string | null;
}

export interface SignOnOptions {
  readonly breakGlass: boolean;
  readonly token: boolean;
  readonly providers: readonly Provider[];
}

/** How somebody shows again who they are, for what is dangerous. */
export type ConfirmBy = 'token' | 'password' | 'sign_on' | 'nothing';

export interface Me {
  readonly name: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly confirmBy: ConfirmBy;
  readonly provider: string | null;
  /** The user; null for the holder of an admin token. */
  readonly userId: string | null;
  /** Whether they may see everybody's, or only what is of their own departments and projects. */
  readonly everything: boolean;
}

export type Session =
  | { readonly state: 'unknown' }
  | { readonly state: 'out'; readonly options: SignOnOptions; readonly expired: boolean }
  | { readonly state: 'in'; readonly me: Me };

const EVERYTHING: readonly PermissionWord[] = [
  'view', 'view_box', 'change', 'manage_projects', 'manage_keys', 'manage_people', 'view_usage', 'view_audit', 'view_bodies', 'operate',
];
const TOKEN_ONLY: SignOnOptions = { breakGlass: false, token: true, providers: [] };
const NOBODY: Me = { name: '', roles: [], permissions: [], confirmBy: 'nothing', provider: null, userId: null, everything: false };
const PATH = '/api/v1/session';

const listeners = new Set<() => void>();
let session: Session = { state: 'unknown' };
let options: SignOnOptions = TOKEN_ONLY;
let keptOnServer = false;
let token: string | null = null;

const forgetters: (() => void)[] = [];

/** What to forget when whoever is signed on is so no more: the next one in this page may be somebody else. */
export function whenOut(forget: () => void): void {
  forgetters.push(forget);
}

function become(next: Session): void {
  session = next;
  if (next.state === 'out') forgetters.forEach((forget) => forget());
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
  return now.state === 'in' ? now.me : NOBODY;
}

export function useMay(permission: PermissionWord): boolean {
  return useMe().permissions.includes(permission);
}

/** The ways of signing on that the box offered when the page was loaded. */
export function signOnOptions(): SignOnOptions {
  return options;
}

/** What every request carries. The own header keeps other sites' forms out: they cannot set it. */
export function sessionHeaders(): Record<string, string> {
  const headers: Record<string, string> = { 'x-gatehouse-console': '1' };
  if (token) headers['authorization'] = `Bearer ${token}`;
  return headers;
}

/** Finds out how one signs on here, and whether one is signed on already. */
export async function begin(): Promise<void> {
  try {
    const ways = await fetch(`${PATH}/options`, { headers: sessionHeaders() });
    if (ways.ok) {
      keptOnServer = true;
      options = (await ways.json()) as SignOnOptions;
      const mine = await fetch(PATH, { headers: sessionHeaders() });
      if (mine.ok) {
        become({ state: 'in', me: meOf(await mine.json()) });
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
    become({ state: 'in', me: await post(PATH, { token: given }) });
    return;
  }
  const answer = await fetch('/api/v1/settings', { headers: { authorization: `Bearer ${given}` } });
  if (!answer.ok) throw await Problem.of(answer);
  token = given;
  become({ state: 'in', me: { ...NOBODY, roles: ['appliance_admin'], permissions: EVERYTHING, everything: true } });
}

/** With a password of the box's own, or of a directory that the box asks. */
export async function signInWithPassword(username: string, password: string, otp: string, provider: string | null): Promise<void> {
  become({ state: 'in', me: await post(PATH, { username, password, ...(otp ? { otp } : {}), ...(provider ? { provider } : {}) }) });
}

/** Shows again who one is. */
export async function confirmAgain(shown: { token?: string; password?: string; otp?: string }): Promise<void> {
  become({ state: 'in', me: await post(`${PATH}/confirm`, Object.fromEntries(Object.entries(shown).filter(([, value]) => value))) });
}

/** Where a browser goes to sign on with the provider of that name; comes back to that path. */
export function beginAddress(name: string, returnTo: string): string {
  return `/api/v1/sign-on/${encodeURIComponent(name)}/begin?${new URLSearchParams({ returnTo })}`;
}

/** Where a browser goes to sign on; comes back to this page. */
export function beginAt(provider: Provider, confirm = false): string {
  const query = new URLSearchParams({ returnTo: window.location.pathname });
  if (confirm) query.set('confirm', 'true');
  return `${provider.beginAt ?? ''}?${query}`;
}

function meOf(view: unknown): Me {
  const said = view as Omit<Me, 'userId' | 'everything'> & { user: { id: string } | null; reach: { everything: boolean } };
  return { ...said, userId: said.user?.id ?? null, everything: said.reach.everything };
}

async function post(path: string, body: Record<string, string>): Promise<Me> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { ...sessionHeaders(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw await Problem.of(answer);
  return meOf(await answer.json());
}

export async function signOut(): Promise<void> {
  let continueAt: string | null = null;
  if (keptOnServer) {
    const answer = await fetch(PATH, { method: 'DELETE', headers: sessionHeaders() }).catch(() => null);
    if (answer?.ok && answer.status === 200) continueAt = ((await answer.json()) as { continueAt: string | null }).continueAt;
  }
  token = null;
  become({ state: 'out', options, expired: false });
  // The provider asks to be told too.
  if (continueAt) window.location.assign(continueAt);
}

/** The daemon does not know the session any more. */
export function lost(): void {
  if (session.state !== 'in') return;
  token = null;
  become({ state: 'out', options, expired: true });
}
