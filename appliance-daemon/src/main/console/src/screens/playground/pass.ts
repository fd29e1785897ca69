import { api, given } from '@/api/client';

// Secrets that the box gave for the playground: in this page's memory only, and for minutes. Whose they are is part of
// their name here: somebody else who signs on in the same page gets ones of their own.

interface Pass {
  secret: string;
  until: number;
}

/** One that ends during a call is of no use. */
const LEFT_AT_LEAST = 60_000;

const passes = new Map<string, Promise<Pass>>();

/** A secret to call with on behalf of a project; the one of before as long as it holds, unless a fresh one is wanted. */
export async function passFor(person: string, projectId: string, fresh: boolean): Promise<string> {
  const name = `${person} ${projectId}`;
  const known = fresh ? undefined : await passes.get(name)?.catch(() => undefined);
  if (known && known.until - Date.now() > LEFT_AT_LEAST) return known.secret;
  const asked = passes.get(name);
  // Several models ask at the same moment: one secret does for all.
  const wanted = known || fresh || !asked ? issue(projectId) : asked;
  passes.set(name, wanted);
  try {
    return (await wanted).secret;
  } catch (e) {
    passes.delete(name);
    throw e;
  }
}

async function issue(projectId: string): Promise<Pass> {
  const issued = given(await api.POST('/api/v1/playground-keys', { body: { projectId } }));
  return { secret: issued.secret, until: issued.key.expiresAt ? Date.parse(issued.key.expiresAt) : Number.MAX_SAFE_INTEGER };
}
