package org.gatehouse.simulated;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** One streamed chat completion: role, deltas, finish, usage, end mark. */
final class ChatStream {
    private static final byte[] CONTENT = Bytes.of("\"delta\":{\"content\":\"");
    private static final byte[] INDEX = Bytes.of("\"choices\":[{\"index\":");

    private final Engine engine;
    private final Exchange exchange;
    private final GenerationRequest request;
    private final Generation generation;
    private final EventStream events;
    private final byte[] prefix;
    private final boolean everyUsage;
    private final boolean lastUsage;
    private boolean roleSent;

    ChatStream(Exchange exchange, GenerationRequest request, Generation generation) {
        this.exchange = exchange;
        this.request = request;
        this.generation = generation;
        engine = exchange.engine();
        events = new EventStream(exchange, request.directive);
        boolean forced = engine.options().forceIncludeUsage();
        boolean told = request.directive.fault() != Fault.NO_USAGE;
        lastUsage = told && (request.includeUsage || forced);
        everyUsage = told && ((request.includeUsage && request.continuousUsage) || forced) && engine.playsVllm();
        Bytes start = new Bytes(160).ascii("{\"id\":\"chatcmpl-").escaped(exchange.entry().id());
        start.ascii("\",\"object\":\"chat.completion.chunk\",\"created\":").number(engine.epochMillis() / 1000);
        start.ascii(",\"model\":").quoted(engine.servedName()).ascii(",\"system_fingerprint\":\"simulated\",");
        prefix = start.copy();
    }

    void run() throws IOException {
        events.begin();
        if (generation.paced()) {
            exchange.reply().flush();
        }
        boolean goesOn = reasoning() && text() && calls();
        if (goesOn) {
            events.faultIfDue(generation);
        }
        role();
        if (request.directive.fault() == Fault.USAGE_BEFORE_FINISH) {
            usage();
        }
        for (int i = 0; i < request.choices; i++) {
            choice(i).ascii("\"delta\":{}");
            close(i, generation.produced(), ChatSurface.finishReason(request, generation), null, 0);
        }
        if (request.directive.fault() != Fault.USAGE_BEFORE_FINISH) {
            usage();
        }
        generation.completed();
        events.done();
    }

    private boolean reasoning() throws IOException {
        for (int i = 0; i < generation.plan().reasoning(); i++) {
            if (!step(1)) {
                return false;
            }
            // A commercial API keeps its reasoning to itself and only counts it.
            if (engine.playsVllm()) {
                for (int c = 0; c < request.choices; c++) {
                    Bytes out = choice(c).ascii("\"delta\":{\"reasoning\":\"");
                    engine.standardText().append(out, i, i + 1);
                    out.ascii("\"}");
                    close(c, generation.produced(), null, null, 0);
                }
            }
        }
        return true;
    }

    private boolean text() throws IOException {
        ReplyText text = generation.plan().text();
        for (int i = 0; i < generation.plan().textTokens(); i++) {
            if (!step(1)) {
                return false;
            }
            for (int c = 0; c < request.choices; c++) {
                Bytes out = choice(c).put(CONTENT);
                text.append(out, i, i + 1);
                out.ascii("\"}");
                close(c, generation.produced(), null, text, i);
            }
        }
        return true;
    }

    private boolean calls() throws IOException {
        int index = 0;
        for (OutputPlan.Call call : generation.plan().calls()) {
            if (!step(call.nameTokens())) {
                return false;
            }
            for (int c = 0; c < request.choices; c++) {
                Bytes out = call(c, index).ascii(",\"id\":\"").ascii(ChatSurface.callId(engine));
                out.ascii("\",\"type\":\"function\",\"function\":{\"name\":").quoted(call.name());
                out.ascii(",\"arguments\":\"\"}}]}");
                close(c, generation.produced(), null, null, 0);
            }
            for (int i = 0; i < call.argumentTokens(); i++) {
                if (!step(1)) {
                    return false;
                }
                for (int c = 0; c < request.choices; c++) {
                    Bytes out = call(c, index).ascii(",\"function\":{\"arguments\":\"");
                    call.arguments().append(out, i, i + 1);
                    out.ascii("\"}}]}");
                    close(c, generation.produced(), null, null, 0);
                }
            }
            index++;
        }
        return true;
    }

    private boolean step(int tokens) throws IOException {
        events.faultIfDue(generation);
        if (!generation.awaitTokens(tokens)) {
            return false;
        }
        role();
        return true;
    }

    private void role() throws IOException {
        if (!roleSent) {
            roleSent = true;
            for (int i = 0; i < request.choices; i++) {
                choice(i).ascii("\"delta\":{\"role\":\"assistant\",\"content\":\"\"}");
                // vLLM reports no output yet in the chunk that only opens a choice.
                close(i, 0, null, null, 0);
            }
        }
    }

    private Bytes call(int choice, int index) {
        return choice(choice).ascii("\"delta\":{\"tool_calls\":[{\"index\":").number(index);
    }

    private Bytes choice(int index) {
        return events.open().put(prefix).put(INDEX).number(index).put(',');
    }

    private void close(int choice, int output, @Nullable String finishReason, @Nullable ReplyText probable, int token)
            throws IOException {
        Bytes out = events.frame();
        out.ascii(",\"logprobs\":");
        if (request.logprobs && probable != null) {
            ChatLogprobs.write(probable, token, token + 1, request.topLogprobs, out);
        } else {
            out.ascii("null");
        }
        out.ascii(",\"finish_reason\":");
        if (finishReason == null) {
            out.ascii("null");
        } else {
            out.put('"').ascii(finishReason).put('"');
            out.ascii(engine.playsVllm() ? ",\"stop_reason\":null" : "");
        }
        out.ascii(engine.playsVllm() ? ",\"token_ids\":null}]" : "}]");
        if (everyUsage) {
            out.ascii(",\"usage\":");
            generation.usageOfChoice(choice, output).write(engine.personality(), request.directive, out);
        } else if (lastUsage && !engine.playsVllm()) {
            out.ascii(",\"usage\":null");
        }
        out.put('}');
        events.send();
    }

    private void usage() throws IOException {
        if (lastUsage) {
            Bytes out = events.open().put(prefix).ascii("\"choices\":[],\"usage\":");
            generation.usage().write(engine.personality(), request.directive, out);
            out.put('}');
            events.send();
        }
    }
}
