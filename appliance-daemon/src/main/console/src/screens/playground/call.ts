export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
}

export interface Answer {
  text: string;
  state: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';
  error: string;
  requestId: string;
  upstream: string;
  model: string;
  cache: string;
  warning: string;
  finish: string;
  firstMillis: number | null;
  totalMillis: number | null;
  usage: Usage | null;
}

export const WAITING: Answer = {
  text: '', state: 'waiting', error: '', requestId: '', upstream: '', model: '', cache: '', warning: '', finish: '', firstMillis: null, totalMillis: null, usage: null,
};

interface Chunk {
  choices?: { delta?: { content?: string | null }; finish_reason?: string | null }[];
  usage?: Usage | null;
  error?: { message?: string };
}

export interface Question {
  model: string;
  system: string;
  prompt: string;
  maxTokens: number | null;
  temperature: number | null;
}

/**
 * One streamed chat through the gateway's own door; says how it stands after each piece. The key is asked for once more when the
 * first one is refused, which it is told of: it may have ended.
 */
export async function ask(key: (refused: string | null) => Promise<string>, question: Question, signal: AbortSignal, tell: (change: Partial<Answer>) => void): Promise<void> {
  const first = await key(null);
  const began = performance.now();
  const since = () => performance.now() - began;
  let response = await post(first, question, signal);
  if (response.status === 401) {
    const second = await key(first);
    if (second !== first) response = await post(second, question, signal);
  }
  const header = (name: string) => response.headers.get(name) ?? '';
  tell({ requestId: header('x-request-id'), upstream: header('x-gatehouse-upstream'), model: header('x-gatehouse-model'), cache: header('x-gatehouse-cache'), warning: header('x-gatehouse-warning') });
  if (!response.ok || !response.body) {
    tell({ state: 'failed', totalMillis: since(), error: await messageOf(response) });
    return;
  }
  let text = '';
  let failed = '';
  for await (const data of events(response.body)) {
    if (data === '[DONE]') break;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) {
      failed = chunk.error.message ?? 'error';
      break;
    }
    const piece = chunk.choices?.[0];
    if (piece?.delta?.content) {
      if (!text) tell({ state: 'streaming', firstMillis: since() });
      text += piece.delta.content;
      tell({ text });
    }
    if (piece?.finish_reason) tell({ finish: piece.finish_reason });
    if (chunk.usage) tell({ usage: chunk.usage });
  }
  tell({ state: failed ? 'failed' : 'done', error: failed, totalMillis: since() });
}

function post(key: string, question: Question, signal: AbortSignal): Promise<Response> {
  return fetch('/v1/chat/completions', {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      model: question.model,
      stream: true,
      stream_options: { include_usage: true },
      messages: [...(question.system ? [{ role: 'system', content: question.system }] : []), { role: 'user', content: question.prompt }],
      ...(question.maxTokens ? { max_tokens: question.maxTokens } : {}),
      ...(question.temperature === null ? {} : { temperature: question.temperature }),
    }),
  });
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { error?: { message?: string } };
    return body.error?.message ?? `HTTP ${response.status}`;
  } catch {
    return response.status === 404 ? '' : `HTTP ${response.status}`;
  }
}

/** The data of server-sent events, as they come. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ? decoder.decode(value, { stream: true }) : '';
    const lines = rest.split(/\r?\n/);
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim();
    if (done) return;
  }
}
