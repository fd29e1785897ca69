// Talks to the box over Realtime with both of OpenAI's own clients, and prints one line of JSON for each. What it is to use comes
// on standard input: {"base": "https://…", "key": "…", "model": "…"}.
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { OpenAIRealtimeWebSocket } from 'openai/realtime/websocket';
import { WebSocket } from 'ws';

// The box has a certificate of its own, and Node 20 no WebSocket of its own.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
globalThis.WebSocket = WebSocket;

const open = {
  node: (client, model) => new OpenAIRealtimeWS({ model }, client),
  browser: (client, model) => new OpenAIRealtimeWebSocket({ model, dangerouslyAllowBrowser: true }, client),
};

function talk(kind, base, key, model) {
  return new Promise((resolve) => {
    const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, dangerouslyAllowBrowser: true });
    const heard = { kind, text: '', events: 0 };
    const rt = open[kind](client, model);
    rt.on('event', () => { heard.events += 1; });
    rt.on('error', (error) => { heard.error = error.error?.code ?? error.message; });
    rt.on('session.created', (event) => {
      heard.model = event.session.model;
      rt.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
      rt.send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: '[[sim tokens=9]] Hello' }] },
      });
      rt.send({ type: 'response.create' });
    });
    rt.on('response.output_text.delta', (event) => { heard.text += event.delta; });
    rt.on('response.done', (event) => {
      heard.input = event.response.usage.input_tokens;
      heard.output = event.response.usage.output_tokens;
      rt.close();
    });
    rt.socket.addEventListener('close', (event) => resolve({ ...heard, code: event.code }));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { base, key, model } = JSON.parse(line);
  for (const kind of Object.keys(open)) {
    console.log(JSON.stringify(await talk(kind, base, key, model)));
    console.log(JSON.stringify(await talk(kind, base, 'ghk_nobody', model)));
  }
}
