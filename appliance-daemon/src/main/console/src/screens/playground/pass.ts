import { api, given } from '@/api/client';
import { whenOut } from '@/api/session';

// Secrets that the box gave for the playground: in this page's memory only, for minutes, and never longer than their owner is
// signed on here.

interface Pass {
  key: string;
  secret: string;
  until: number;
}

/** One that ends during a call is of no use. */
const LEFT_AT_LEAST = 60_000;

const passes = new Map<string, Promise<Pass>>();
whenOut(() => passes.clear());

/**
 * A secret to call with on behalf of a project: the one of before as long as it holds and was not refused. Whoever asks while one is being
 * issued gets that one: the box keeps the newest two of a key.
 */
export async function passFor(projectId: string, refused: string | null): Promise<string> {
  for (;;) {
    const asked = passes.get(projectId);
    if (asked) {
      const pass = await asked.catch(() => null);
      if (pass && pass.secret !== refused && pass.until - Date.now() > LEFT_AT_LEAST) return pass.secret;
      if (passes.get(projectId) !== asked) continue;
    }
    const mine = issue(projectId);
    passes.set(projectId, mine);
    try {
      return (await mine).secret;
    } catch (e) {
      if (passes.get(projectId) === mine) passes.delete(projectId);
      throw e;
    }
  }
}

/** The id of the key that calls on behalf of a project were made with last; none where there were none. */
export async function keyFor(projectId: string): Promise<string | null> {
  return (await passes.get(projectId)?.catch(() => null))?.key ?? null;
}

async function issue(projectId: string): Promise<Pass> {
  const issued = given(await api.POST('/api/v1/playground-keys', { body: { projectId } }));
  return { key: issued.key.id, secret: issued.secret, until: issued.key.expiresAt ? Date.parse(issued.key.expiresAt) : Number.MAX_SAFE_INTEGER };
}
