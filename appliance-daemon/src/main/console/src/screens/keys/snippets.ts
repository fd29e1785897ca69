import type { Snippet } from '@/parts/Copy';

/** Calls that work as they stand, through the clients that people have. */
export function snippets(key: string, model: string, base = window.location.origin): Snippet[] {
  return [
    {
      name: 'curl',
      code: `curl -sS ${base}/v1/chat/completions \\
  -H 'Authorization: Bearer ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"model":"${model}","messages":[{"role":"user","content":"Hello!"}]}'`,
    },
    {
      name: 'OpenAI Python',
      code: `from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key="${key}")
reply = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello!"}],
)
print(reply.choices[0].message.content)`,
    },
    {
      name: 'OpenAI JS',
      code: `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${base}/v1', apiKey: '${key}' });
const reply = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: 'Hello!' }],
});
console.log(reply.choices[0].message.content);`,
    },
    {
      name: 'Anthropic Python',
      code: `from anthropic import Anthropic

client = Anthropic(base_url="${base}", api_key="${key}")
reply = client.messages.create(
    model="${model}",
    max_tokens=500,
    messages=[{"role": "user", "content": "Hello!"}],
)
print(reply.content[0].text)`,
    },
  ];
}
