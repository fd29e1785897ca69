package org.gatehouse.simulated;

import java.io.IOException;
import java.util.Locale;

/** Transcriptions and translations of recordings: the usual words, and the recording's true length. */
final class TranscriptionSurface implements Surface {
    private final String task;

    /** The task's name in the verbose reply: {@code transcribe} or {@code translate}. */
    TranscriptionSurface(String task) {
        this.task = task;
    }

    @Override
    public void serve(Exchange exchange) throws IOException, Refused {
        Multipart form = Multipart.read(exchange.request());
        byte[] recording = form.bytes("file");
        if (recording == null) {
            throw new Refused(Problem.missing("file"));
        }
        GenerationRequest request = new GenerationRequest();
        request.model = form.text("model", "");
        request.stream = form.text("stream", "false").equals("true");
        request.includeUsage = form.text("stream_include_usage", "false").equals("true");
        request.directive = Directive.in(form.text("prompt", ""));
        String format = form.text("response_format", "json");
        double seconds = Wave.seconds(recording);
        try (Generation generation = Generation.begin(exchange, request, 1)) {
            if (request.stream) {
                stream(exchange, request, generation, seconds);
            } else {
                plain(exchange, request, generation, format, seconds);
            }
        }
    }

    private void plain(Exchange exchange, GenerationRequest request, Generation generation, String format,
            double seconds) throws IOException, Refused {
        generation.awaitAll();
        Bytes out = exchange.scratch();
        Bytes text = new Bytes(256);
        generation.plan().text().append(text, 0, Math.min(generation.plan().textTokens(), generation.produced()));
        String plain = generation.plan().text()
                .text(Math.min(generation.plan().textTokens(), generation.produced()));
        switch (format) {
            case "text" -> whole(exchange, generation, out.put(Bytes.of(plain)).put('\n'));
            case "srt" -> whole(exchange, generation, out.ascii("1\n00:00:00,000 --> ").ascii(clock(seconds, ','))
                    .put('\n').put(Bytes.of(plain)).ascii("\n\n"));
            case "vtt" -> whole(exchange, generation, out.ascii("WEBVTT\n\n00:00:00.000 --> ")
                    .ascii(clock(seconds, '.')).put('\n').put(Bytes.of(plain)).ascii("\n\n"));
            case "json", "verbose_json" -> {
                out.put('{');
                if (format.equals("verbose_json")) {
                    out.ascii("\"task\":").quoted(task).ascii(",\"language\":\"english\",\"duration\":");
                    out.ascii(String.format(Locale.ROOT, "%.3f", seconds));
                    out.ascii(",\"segments\":[{\"id\":0,\"seek\":0,\"start\":0.0,\"end\":");
                    out.ascii(String.format(Locale.ROOT, "%.3f", seconds)).ascii(",\"text\":\"").put(text);
                    out.ascii("\",\"tokens\":[],\"temperature\":0.0,\"avg_logprob\":-0.125,");
                    out.ascii("\"compression_ratio\":1.0,\"no_speech_prob\":0.0}],");
                }
                out.ascii("\"text\":\"").put(text).put('"');
                usage(request, seconds, out);
                out.put('}');
                generation.completed();
                Faults.sendWhole(exchange, request.directive, out);
            }
            default -> throw new Refused(Problem.badRequest("Unknown response_format `" + format
                    + "`. Use json, text, srt, verbose_json or vtt.", "response_format"));
        }
    }

    private static void whole(Exchange exchange, Generation generation, Bytes body) throws IOException {
        generation.completed();
        exchange.reply().whole(200, "text/plain; charset=utf-8", body);
    }

    private static void usage(GenerationRequest request, double seconds, Bytes out) {
        if (request.directive.fault() != Fault.NO_USAGE) {
            boolean wrong = request.directive.fault() == Fault.WRONG_USAGE;
            out.ascii(",\"usage\":{\"type\":\"duration\",\"seconds\":");
            out.number(wrong ? -7 : (long) Math.ceil(seconds)).put('}');
        }
    }

    private static void stream(Exchange exchange, GenerationRequest request, Generation generation, double seconds)
            throws IOException {
        boolean vllm = exchange.engine().playsVllm();
        EventStream events = new EventStream(exchange, request.directive);
        events.begin();
        ReplyText text = generation.plan().text();
        for (int i = 0; i < generation.plan().textTokens(); i++) {
            events.faultIfDue(generation);
            if (!generation.awaitTokens(1)) {
                break;
            }
            Bytes out = vllm
                    ? chunk(exchange, events).ascii("\"choices\":[{\"delta\":{\"content\":\"")
                    : events.open().ascii("{\"type\":\"transcript.text.delta\",\"delta\":\"");
            text.append(out, i, i + 1);
            out.ascii(vllm ? "\"},\"finish_reason\":null,\"stop_reason\":null}]}" : "\"}");
            events.send();
        }
        events.faultIfDue(generation);
        if (vllm) {
            chunk(exchange, events).ascii("\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\",")
                    .ascii("\"stop_reason\":null}]}");
            events.send();
            if (request.includeUsage) {
                Bytes out = chunk(exchange, events).ascii("\"choices\":[]");
                usage(request, seconds, out);
                out.put('}');
                events.send();
            }
            generation.completed();
            events.done();
        } else {
            Bytes out = events.open().ascii("{\"type\":\"transcript.text.done\",\"text\":\"");
            text.append(out, 0, generation.produced());
            out.put('"');
            usage(request, seconds, out);
            out.put('}');
            generation.completed();
            events.send();
            events.end();
        }
    }

    private static Bytes chunk(Exchange exchange, EventStream events) {
        return events.open().ascii("{\"id\":\"trsc-").escaped(exchange.entry().id())
                .ascii("\",\"object\":\"transcription.chunk\",\"created\":")
                .number(exchange.engine().epochMillis() / 1000).ascii(",\"model\":")
                .quoted(exchange.engine().servedName()).ascii(",\"system_fingerprint\":\"simulated\",");
    }

    private static String clock(double seconds, char point) {
        long millis = Math.round(seconds * 1000);
        return String.format(Locale.ROOT, "%02d:%02d:%02d%c%03d", millis / 3_600_000, millis / 60_000 % 60,
                millis / 1000 % 60, point, millis % 1000);
    }
}
