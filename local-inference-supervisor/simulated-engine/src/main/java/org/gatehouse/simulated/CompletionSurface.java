package org.gatehouse.simulated;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** Text completions, plain and streamed; a choice for each prompt and each of {@code n}. */
final class CompletionSurface implements Surface {

    @Override
    public void serve(Exchange exchange) throws IOException, Refused {
        GenerationRequest request;
        try (JsonReader json = new JsonReader(exchange.engine().json(), exchange.request())) {
            request = CompletionRequestReader.read(json, exchange.engine());
        }
        try (Generation generation = Generation.begin(exchange, request,
                Math.multiplyExact(request.choices, request.prompts.size()))) {
            new Answer(exchange, request, generation).send();
        }
    }

    /** One request's answer. */
    private static final class Answer {
        private final Engine engine;
        private final Exchange exchange;
        private final GenerationRequest request;
        private final Generation generation;
        private final byte[] prefix;
        private final int choices;

        Answer(Exchange exchange, GenerationRequest request, Generation generation) {
            engine = exchange.engine();
            this.exchange = exchange;
            this.request = request;
            this.generation = generation;
            choices = request.choices * request.prompts.size();
            Bytes start = new Bytes(160).ascii("{\"id\":\"cmpl-").escaped(exchange.entry().id());
            start.ascii("\",\"object\":\"text_completion\",\"created\":").number(engine.epochMillis() / 1000);
            start.ascii(",\"model\":").quoted(engine.servedName()).ascii(",\"system_fingerprint\":\"simulated\"");
            prefix = start.ascii(",\"choices\":[").copy();
        }

        void send() throws IOException {
            if (request.stream) {
                stream();
            } else {
                plain();
            }
        }

        private void plain() throws IOException {
            generation.awaitAll();
            Bytes out = exchange.scratch().put(prefix);
            int text = Math.min(generation.plan().textTokens(), generation.produced());
            for (int i = 0; i < choices; i++) {
                out.ascii(i > 0 ? "," : "");
                choice(i, out);
                if (request.echo) {
                    out.escaped(request.promptTexts.get(i / request.choices));
                }
                generation.plan().text().append(out, 0, text);
                out.put('"');
                rest(generation.finishReason(), 0, text, out);
            }
            out.put(']');
            if (request.directive.fault() != Fault.NO_USAGE) {
                usage(generation.usage(), out);
            }
            out.put('}');
            generation.completed();
            Faults.sendWhole(exchange, request.directive, out);
        }

        private void stream() throws IOException {
            EventStream events = new EventStream(exchange, request.directive);
            events.begin();
            if (generation.paced()) {
                exchange.reply().flush();
            }
            boolean forced = engine.options().forceIncludeUsage();
            boolean lastUsage = request.directive.fault() != Fault.NO_USAGE && (request.includeUsage || forced);
            boolean everyUsage = lastUsage && engine.playsVllm() && (request.continuousUsage || forced);
            ReplyText text = generation.plan().text();
            for (int i = 0; i < generation.plan().textTokens(); i++) {
                events.faultIfDue(generation);
                if (!generation.awaitTokens(1)) {
                    break;
                }
                for (int c = 0; c < choices; c++) {
                    Bytes out = choice(c, events.open().put(prefix));
                    if (i == 0 && request.echo) {
                        out.escaped(request.promptTexts.get(c / request.choices));
                    }
                    text.append(out, i, i + 1);
                    out.put('"');
                    rest(null, i, i + 1, out);
                    close(c, everyUsage, events, out);
                }
            }
            events.faultIfDue(generation);
            for (int c = 0; c < choices; c++) {
                Bytes out = choice(c, events.open().put(prefix)).put('"');
                rest(generation.finishReason(), 0, 0, out);
                close(c, everyUsage, events, out);
            }
            if (lastUsage) {
                Bytes out = events.open().put(prefix).put(']');
                usage(generation.usage(), out);
                out.put('}');
                events.send();
            }
            generation.completed();
            events.done();
        }

        private void close(int choice, boolean withUsage, EventStream events, Bytes out) throws IOException {
            out.put(']');
            if (withUsage) {
                usage(generation.usageOfChoice(choice, generation.produced()), out);
            }
            out.put('}');
            events.send();
        }

        private void usage(Usage usage, Bytes out) {
            out.ascii(",\"usage\":");
            usage.write(engine.personality(), request.directive, out);
        }

        private static Bytes choice(int index, Bytes out) {
            return out.ascii("{\"index\":").number(index).ascii(",\"text\":\"");
        }

        private void rest(@Nullable String finishReason, int from, int to, Bytes out) {
            out.ascii(",\"logprobs\":");
            if (request.logprobs) {
                logprobs(from, to, out);
            } else {
                out.ascii("null");
            }
            out.ascii(",\"finish_reason\":").ascii(finishReason == null ? "null" : "\"" + finishReason + "\"");
            out.ascii(engine.playsVllm() ? ",\"stop_reason\":null,\"prompt_logprobs\":null}" : "}");
        }

        private void logprobs(int from, int to, Bytes out) {
            ReplyText text = generation.plan().text();
            Bytes tokens = new Bytes(64);
            Bytes likelihoods = new Bytes(64);
            Bytes alternatives = new Bytes(64);
            Bytes offsets = new Bytes(64);
            int offset = text.text(from).length();
            for (int i = from; i < to; i++) {
                String separator = i > from ? "," : "";
                tokens.ascii(separator).quoted(text.token(i));
                likelihoods.ascii(separator).ascii("-0.125");
                alternatives.ascii(separator).put('{').quoted(text.token(i)).ascii(":-0.125}");
                offsets.ascii(separator).number(offset);
                offset += text.token(i).length();
            }
            out.ascii("{\"tokens\":[").put(tokens).ascii("],\"token_logprobs\":[").put(likelihoods);
            out.ascii("],\"top_logprobs\":[").put(alternatives).ascii("],\"text_offset\":[").put(offsets).ascii("]}");
        }
    }
}
