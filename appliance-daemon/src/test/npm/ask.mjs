// Asks the box the same things with every client, and prints one line of JSON for each answer. What it is to ask comes on
// standard input: {"base": "http://…", "key": "…", "models": [{"name": "…", "model": "…", "thinker": "…", "thinking": "…"}]}.
import { createInterface } from 'node:readline';
import OpenAI from 'openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { generateText, streamText, stepCountIs, tool, jsonSchema } from 'ai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createAnthropic } from '@ai-sdk/anthropic';

const cities = { type: 'object', properties: { city: { type: 'string' } } };
const names = ['weather', 'local_time'];
const result = (number) => `Rain number ${number}`;

// Each client: ask(question) gives [{text, thoughts, calls, stop, input, output}], one for each answer.

function openaiChat(base, key) {
  const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 });
  const send = async (body, question, turn) => {
    const options = { headers: { 'x-request-id': question.id(turn) } };
    const whole = question.streamed
      ? await client.chat.completions.stream({ ...body, stream_options: { include_usage: true } }, options).finalChatCompletion()
      : await client.chat.completions.create(body, options);
    return whole;
  };
  const heard = (whole) => {
    const { message, finish_reason: stop } = whole.choices[0];
    return {
      text: message.content ?? '', calls: (message.tool_calls ?? []).map((call) => call.function.name), stop,
      input: whole.usage.prompt_tokens, output: whole.usage.completion_tokens,
    };
  };
  return async (question) => {
    const body = { model: question.model, max_completion_tokens: 4000, messages: [{ role: 'user', content: question.text }] };
    if (question.tools) {
      body.tools = names.map((name) => ({ type: 'function', function: { name, parameters: cities } }));
    }
    if (question.thinks) {
      body.reasoning_effort = 'low';
    }
    const first = await send(body, question, 1);
    const answers = [heard(first)];
    if (question.tools) {
      const { message } = first.choices[0];
      // What the library's own helper adds for its caller is nothing that OpenAI takes back.
      delete message.parsed;
      message.tool_calls.forEach((call) => delete call.function.parsed_arguments);
      body.messages.push(message, ...message.tool_calls.map((call, i) => ({ role: 'tool', tool_call_id: call.id, content: result(i) })));
      answers.push(heard(await send(body, question, 2)));
    }
    return answers;
  };
}

function openaiResponses(base, key) {
  const client = new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 });
  const send = async (body, question, turn) => {
    const options = { headers: { 'x-request-id': question.id(turn) } };
    return question.streamed ? client.responses.stream(body, options).finalResponse() : client.responses.create(body, options);
  };
  const heard = (whole) => ({
    text: whole.output_text, calls: whole.output.filter((item) => item.type === 'function_call').map((item) => item.name),
    stop: whole.status, input: whole.usage.input_tokens, output: whole.usage.output_tokens,
  });
  return async (question) => {
    const body = { model: question.model, max_output_tokens: 4000, store: false, input: [{ role: 'user', content: question.text }] };
    if (question.tools) {
      body.tools = names.map((name) => ({ type: 'function', name, parameters: cities, strict: false }));
    }
    if (question.thinks) {
      body.reasoning = { effort: 'low', summary: 'auto' };
    }
    const first = await send(body, question, 1);
    const answers = [heard(first)];
    if (question.tools) {
      const calls = first.output.filter((item) => item.type === 'function_call');
      body.input.push(...first.output.map(({ parsed_arguments: _, ...item }) => item), ...calls.map((call, i) => ({ type: 'function_call_output', call_id: call.call_id, output: result(i) })));
      answers.push(heard(await send(body, question, 2)));
    }
    return answers;
  };
}

function anthropic(base, key) {
  const client = new Anthropic({ apiKey: key, baseURL: base, maxRetries: 0 });
  const send = async (body, question, turn) => {
    const options = { headers: { 'x-request-id': question.id(turn) } };
    return question.streamed ? client.messages.stream(body, options).finalMessage() : client.messages.create(body, options);
  };
  const texts = (whole, type, field) => whole.content.filter((block) => block.type === type).map((block) => block[field]);
  const heard = (whole) => ({
    text: texts(whole, 'text', 'text').join(''), calls: texts(whole, 'tool_use', 'name'), stop: whole.stop_reason,
    input: whole.usage.input_tokens + (whole.usage.cache_read_input_tokens ?? 0) + (whole.usage.cache_creation_input_tokens ?? 0),
    output: whole.usage.output_tokens,
  });
  return async (question) => {
    const body = { model: question.model, max_tokens: 4000, messages: [{ role: 'user', content: question.text }] };
    if (question.tools) {
      body.tools = names.map((name) => ({ name, input_schema: cities }));
    }
    if (question.thinks) {
      body.thinking = { type: 'enabled', budget_tokens: 2000 };
    }
    const first = await send(body, question, 1);
    const answers = [heard(first)];
    if (question.tools) {
      const calls = first.content.filter((block) => block.type === 'tool_use');
      body.messages.push({ role: 'assistant', content: first.content },
        { role: 'user', content: calls.map((call, i) => ({ type: 'tool_result', tool_use_id: call.id, content: result(i) })) });
      answers.push(heard(await send(body, question, 2)));
    }
    return answers;
  };
}

function google(base, key) {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: base } });
  const send = async (body, question, turn) => {
    const request = { ...body, config: { ...body.config, httpOptions: { headers: { 'x-request-id': question.id(turn) } } } };
    if (!question.streamed) {
      return [await client.models.generateContent(request)];
    }
    const chunks = [];
    for await (const chunk of await client.models.generateContentStream(request)) {
      chunks.push(chunk);
    }
    return chunks;
  };
  const parts = (chunks) => chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  const heard = (chunks) => {
    const usage = chunks.at(-1).usageMetadata;
    return {
      text: parts(chunks).filter((part) => part.text && !part.thought).map((part) => part.text).join(''),
      calls: parts(chunks).filter((part) => part.functionCall).map((part) => part.functionCall.name),
      stop: chunks.map((chunk) => chunk.candidates?.[0]?.finishReason).filter((reason) => reason).at(-1),
      input: usage.promptTokenCount, output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    };
  };
  return async (question) => {
    const body = {
      model: question.model, contents: [{ role: 'user', parts: [{ text: question.text }] }], config: { maxOutputTokens: 4000 },
    };
    if (question.tools) {
      body.config.tools = [{ functionDeclarations: names.map((name) => ({ name, parametersJsonSchema: cities })) }];
    }
    if (question.thinks) {
      body.config.thinkingConfig = { includeThoughts: true, thinkingBudget: 2000 };
    }
    const first = await send(body, question, 1);
    const answers = [heard(first)];
    if (question.tools) {
      const calls = parts(first).filter((part) => part.functionCall).map((part) => part.functionCall);
      body.contents.push({ role: 'model', parts: parts(first) }, {
        role: 'user',
        parts: calls.map((call, i) => ({ functionResponse: { id: call.id, name: call.name, response: { output: result(i) } } })),
      });
      answers.push(heard(await send(body, question, 2)));
    }
    return answers;
  };
}

// Vercel's library runs the tools itself: both of its steps are told as answers.
function vercel(provider, options) {
  return async (question) => {
    let calls = 0;
    const request = {
      model: provider(question.model), prompt: question.text, maxRetries: 0, maxOutputTokens: 4000,
      headers: { 'x-request-id': question.id(1) },
      ...(question.thinks ? { providerOptions: options } : {}),
      ...(question.tools ? {
        stopWhen: stepCountIs(2),
        tools: Object.fromEntries(names.map((name) => [name, tool({ inputSchema: jsonSchema(cities), execute: async () => result(calls++) })])),
        prepareStep: ({ stepNumber }) => ({ headers: { 'x-request-id': question.id(stepNumber + 1) } }),
      } : {}),
    };
    let steps;
    if (question.streamed) {
      let failed;
      const stream = streamText({ ...request, onError: ({ error }) => { failed = error; } });
      await stream.consumeStream();
      if (failed) {
        throw failed;
      }
      steps = await stream.steps;
    } else {
      steps = (await generateText(request)).steps;
    }
    return steps.map((step) => ({
      text: step.text, calls: step.toolCalls.map((call) => call.toolName), stop: step.finishReason,
      input: step.usage.inputTokens, output: step.usage.outputTokens,
    }));
  };
}

function questions(client, model) {
  const asked = [];
  for (const streamed of [false, true]) {
    const ask = (kind, name, text, more) => asked.push({
      kind, model: name, text, streamed, ...more,
      id: (turn) => `${client}/${model.name}/${kind}/${streamed}/${turn}`,
    });
    ask('say', model.model, 'Hello [[sim tokens=12]]', {});
    ask('tools', model.caller, 'Weather and time? [[sim tool=2]]', { tools: true });
    ask('reason', model.thinker, `Think [[sim tokens=12 ${model.thinking}]]`, { thinks: true });
    ask('wrong', model.model, 'Hello [[sim nonsense=1]]', {});
  }
  return asked;
}

const input = JSON.parse(await new Promise((resolve) => {
  const lines = [];
  createInterface({ input: process.stdin }).on('line', (line) => lines.push(line)).on('close', () => resolve(lines.join('\n')));
}));
const { base, key, models } = input;
const clients = {
  openai: openaiChat(base, key),
  'openai-responses': openaiResponses(base, key),
  'anthropic-sdk': anthropic(base, key),
  'google-genai': google(base, key),
  'ai-openai-compatible': vercel(createOpenAICompatible({ name: 'box', baseURL: `${base}/v1`, apiKey: key, includeUsage: true }),
    { box: { reasoningEffort: 'low' } }),
  'ai-anthropic': vercel(createAnthropic({ baseURL: `${base}/v1`, apiKey: key }),
    { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } }),
};
for (const [client, ask] of Object.entries(clients)) {
  for (const model of models) {
    for (const question of questions(client, model)) {
      const line = { client, provider: model.name, kind: question.kind, streamed: question.streamed, ids: [question.id(1), question.id(2)] };
      try {
        line.answers = await ask(question);
      } catch (error) {
        line.error = { name: error.name, status: error.status ?? error.statusCode ?? error.code ?? 0, message: String(error.message ?? error) };
      }
      console.log(JSON.stringify(line));
    }
  }
}

// The models that each vendor's own client finds, and vectors for Google's.
const listing = {
  openai: () => new OpenAI({ apiKey: key, baseURL: `${base}/v1`, maxRetries: 0 }).models.list(),
  'anthropic-sdk': () => new Anthropic({ apiKey: key, baseURL: base, maxRetries: 0 }).models.list({ limit: 3 }),
  'google-genai': () => new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: base } }).models.list({ config: { pageSize: 3 } }),
};
for (const [client, list] of Object.entries(listing)) {
  const line = { listed: client, ids: [] };
  try {
    for await (const model of await list()) {
      line.ids.push((model.id ?? model.name).replace(/^models\//, ''));
    }
  } catch (error) {
    line.error = String(error.message ?? error);
  }
  console.log(JSON.stringify(line));
}
const embedded = { embedded: 'google-genai' };
try {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: base } });
  const reply = await client.models.embedContent({ model: 'cloud', contents: ['one text', 'another'], config: { outputDimensionality: 32 } });
  embedded.sizes = reply.embeddings.map((one) => one.values.length);
} catch (error) {
  embedded.error = String(error.message ?? error);
}
console.log(JSON.stringify(embedded));
