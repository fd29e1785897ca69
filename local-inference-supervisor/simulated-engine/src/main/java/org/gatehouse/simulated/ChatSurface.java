package org.gatehouse.simulated;

import java.io.IOException;

/** Chat completions, plain and streamed. */
final class ChatSurface implements Surface {

    @Override
    public void serve(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        PromptTokens tokens = engine.tellsCachedTokens() ? PromptTokens.withBlocks() : PromptTokens.counting();
        GenerationRequest request;
        try (JsonReader json = new JsonReader(engine.json(), exchange.request())) {
            request = ChatRequestReader.read(json, tokens);
        }
        try (Generation generation = Generation.begin(exchange, request, request.choices)) {
            if (request.stream) {
                new ChatStream(exchange, request, generation).run();
            } else {
                plain(exchange, request, generation);
            }
        }
    }

    private static void plain(Exchange exchange, GenerationRequest request, Generation generation)
            throws IOException {
        generation.awaitAll();
        Engine engine = exchange.engine();
        Bytes out = exchange.scratch();
        out.ascii("{\"id\":\"chatcmpl-").escaped(exchange.entry().id());
        out.ascii("\",\"object\":\"chat.completion\",\"created\":").number(engine.epochMillis() / 1000);
        out.ascii(",\"model\":").quoted(engine.shownName(request.model)).ascii(",\"choices\":[");
        for (int i = 0; i < request.choices; i++) {
            if (i > 0) {
                out.put(',');
            }
            choice(exchange, request, generation, i, out);
        }
        out.ascii("],\"service_tier\":").ascii(engine.playsVllm() ? "null" : "\"default\"");
        out.ascii(",\"system_fingerprint\":\"simulated\"");
        if (request.directive.fault() != Fault.NO_USAGE) {
            out.ascii(",\"usage\":");
            generation.usage().write(engine.personality(), request.directive, out);
        }
        out.put('}');
        generation.completed();
        Faults.sendWhole(exchange, request.directive, out);
    }

    private static void choice(Exchange exchange, GenerationRequest request, Generation generation, int index,
            Bytes out) {
        boolean vllm = exchange.engine().playsVllm();
        OutputPlan plan = generation.plan();
        int reasoning = Math.min(plan.reasoning(), generation.produced());
        int text = Math.min(plan.textTokens(), generation.produced() - reasoning);
        out.ascii("{\"index\":").number(index).ascii(",\"message\":{\"role\":\"assistant\",\"content\":");
        if (plan.calls().isEmpty()) {
            out.put('"');
            plan.text().append(out, 0, text);
            out.put('"');
        } else {
            out.ascii("null");
        }
        out.ascii(",\"refusal\":null");
        if (vllm) {
            out.ascii(",\"annotations\":null,\"audio\":null,\"function_call\":null,\"");
            out.ascii(exchange.engine().release().reasoningField()).ascii("\":");
            if (reasoning > 0) {
                out.put('"');
                exchange.engine().standardText().append(out, 0, reasoning);
                out.put('"');
            } else {
                out.ascii("null");
            }
        } else {
            out.ascii(",\"annotations\":[]");
        }
        if (!plan.calls().isEmpty()) {
            out.ascii(",\"tool_calls\":[");
            for (int i = 0; i < plan.calls().size(); i++) {
                OutputPlan.Call call = plan.calls().get(i);
                out.ascii(i > 0 ? ",{\"id\":\"" : "{\"id\":\"").ascii(callId(exchange.engine()));
                out.ascii("\",\"type\":\"function\",\"function\":{\"name\":").quoted(call.name());
                out.ascii(",\"arguments\":\"");
                // A JSON text inside of a JSON string: its pieces are escaped once already.
                call.arguments().append(out, 0, call.argumentTokens());
                out.ascii("\"}}");
            }
            out.put(']');
        }
        out.ascii("},\"logprobs\":");
        if (request.logprobs) {
            ChatLogprobs.write(plan.text(), 0, text, request.topLogprobs, out);
        } else {
            out.ascii("null");
        }
        out.ascii(",\"finish_reason\":\"").ascii(finishReason(request, generation)).put('"');
        out.ascii(vllm ? ",\"stop_reason\":null,\"token_ids\":null}" : "}");
    }

    static String callId(Engine engine) {
        return (engine.playsVllm() ? "chatcmpl-tool-" : "call_") + engine.newId();
    }

    /** A named function's call ends with {@code stop}, any other call with {@code tool_calls}. */
    static String finishReason(GenerationRequest request, Generation generation) {
        String reason = generation.finishReason();
        boolean called = !generation.plan().calls().isEmpty() && !request.toolChoice.equals("named");
        return called && reason.equals("stop") ? "tool_calls" : reason;
    }
}
