import type { components } from './schema';

export type FieldError = components['schemas']['FieldError'];

/** What the daemon said when something did not work out (RFC 9457), or that it could not be reached at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldError[],
    readonly requestId: string,
    /** What this kind of problem tells besides. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail || title);
    this.name = 'Problem';
  }

  static async of(response: Response): Promise<Problem> {
    const requestId = response.headers.get('x-request-id') ?? '';
    try {
      const body = (await response.json()) as Partial<components['schemas']['Body']> & Record<string, unknown>;
      return new Problem(
        response.status,
        (body.type ?? '').replace('urn:gatehouse:problem:', ''),
        body.title ?? response.statusText,
        body.detail ?? '',
        body.errors ?? [],
        body.requestId ?? requestId,
        body,
      );
    } catch {
      return new Problem(response.status, 'unreadable', `HTTP ${response.status}`, response.statusText, [], requestId);
    }
  }

  /** Somebody else changed the thing since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new Problem(0, 'unreachable', '', text, [], '');
}
