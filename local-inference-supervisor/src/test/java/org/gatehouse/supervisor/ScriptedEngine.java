package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A program that behaves like an engine as far as a supervisor can tell: says vLLM's lines while it loads, listens only then, answers
 * {@code /health}, {@code /v1/models}, {@code /v1/completions} and {@code /metrics}; {@code /stream} says a line each 20 ms for ever.
 * Files in its control directory make it misbehave: {@code hang} (accepts, never answers), {@code sick} (503), {@code stuck} (well,
 * but completes nothing, counters stand), {@code slow} (completes nothing, and counters move meanwhile), {@code busy} (a call in hand), {@code other}
 * (lists another model), {@code exit-N} (ends with code
 * N). With {@code VLLM_API_KEY} it asks for that key below {@code /v1}.
 */
final class ScriptedEngine {
    private static final LongAdder TOKENS = new LongAdder();

    private ScriptedEngine() {}

    /** Arguments: {@code unix:PATH} or {@code tcp:PORT}, control directory, loading time in milliseconds. */
    public static void main(String[] arguments) throws Exception {
        Path control = Path.of(arguments[1]);
        long pause = Long.parseLong(arguments[2]) / 3;
        System.out.println("INFO 11-20 10:00:00 [api_server.py:1] vLLM server version 0.28.0, serving model tiny");
        Thread.sleep(pause);
        System.err.print("Loading safetensors checkpoint shards:   0% Completed | 0/2\r");
        System.err.print("Loading safetensors checkpoint shards:  50% Completed | 1/2\r");
        Thread.sleep(pause);
        System.out.println("(EngineCore pid=7) INFO GPU KV cache size: 1,000 tokens");
        Thread.sleep(pause);
        Thread.ofPlatform().daemon().start(() -> obey(control));
        serve(listen(arguments[0]), control);
    }

    /** The command that runs it. */
    static List<String> command(Listen listen, Path control, long loadMillis) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx32m", "-Xshare:auto", "-cp", System.getProperty("java.class.path"),
                ScriptedEngine.class.getName(), listen.toString(), control.toString(), Long.toString(loadMillis));
    }

    private static ServerSocketChannel listen(String where) throws IOException {
        boolean unix = where.startsWith("unix:");
        ServerSocketChannel server = unix
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        String rest = where.substring(where.indexOf(':') + 1);
        server.bind((unix ? new Listen.UnixSocket(Path.of(rest)) : new Listen.LoopbackPort(Integer.parseInt(rest)))
                .address());
        return server;
    }

    private static void serve(ServerSocketChannel server, Path control) throws IOException {
        System.err.println("INFO:     Application startup complete.");
        while (true) {
            SocketChannel caller = server.accept();
            if (!Files.exists(control.resolve("hang"))) { // Else accepted and forgotten.
                Thread.startVirtualThread(() -> answer(caller, control));
            }
        }
    }

    private static void answer(SocketChannel caller, Path control) {
        try (caller) {
            ByteBuffer request = ByteBuffer.allocate(4096);
            caller.read(request);
            String text = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
            String path = text.split(" ")[1];
            String key = System.getenv("VLLM_API_KEY");
            if (key != null && path.startsWith("/v1") && !text.contains("Authorization: Bearer " + key + "\r\n")) {
                reply(caller, "401 Unauthorized", "{\"error\":\"Unauthorized\"}");
                return;
            }
            switch (path) {
                case "/v1/models" -> reply(caller, "200 OK", "{\"data\":[{\"id\":\""
                        + (Files.exists(control.resolve("other")) ? "other" : "tiny") + "\"}]}");
                case "/v1/completions" -> {
                    while (Files.exists(control.resolve("stuck")) || Files.exists(control.resolve("slow"))) {
                        if (Files.exists(control.resolve("slow"))) {
                            TOKENS.increment();
                        }
                        Thread.sleep(20);
                    }
                    TOKENS.increment();
                    reply(caller, "200 OK", "{\"choices\":[{\"text\":\"x\"}]}");
                }
                case "/metrics" -> {
                    reply(caller, "200 OK", "vllm:num_requests_running{engine=\"0\"} "
                            + (Files.exists(control.resolve("busy")) ? "1.0" : "0.0")
                            + "\nvllm:num_requests_waiting{engine=\"0\"} 0.0\nvllm:kv_cache_usage_perc{engine=\"0\"} 0.25"
                            + "\nvllm:generation_tokens_total{engine=\"0\"} " + TOKENS.sum() + "\n");
                }
                case "/stream" -> stream(caller);
                default -> reply(caller, Files.exists(control.resolve("sick")) ? "503 Service Unavailable" : "200 OK",
                        "");
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("a caller left: " + e);
        }
    }

    private static void reply(SocketChannel caller, String status, String body) throws IOException {
        caller.write(ByteBuffer.wrap(("HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII)));
    }

    private static void stream(SocketChannel caller) throws IOException, InterruptedException {
        caller.write(StandardCharsets.US_ASCII.encode("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
        for (long token = 0;; token++) {
            caller.write(StandardCharsets.US_ASCII.encode(token + "\n"));
            TOKENS.increment();
            Thread.sleep(20);
        }
    }

    private static void obey(Path control) {
        while (true) {
            String[] orders = control.toFile().list((_, name) -> name.startsWith("exit-"));
            if (orders != null && orders.length > 0) {
                // Once only: the next start shall live.
                Arrays.stream(orders).forEach(order -> control.resolve(order).toFile().delete());
                Runtime.getRuntime().halt(Integer.parseInt(orders[0].substring("exit-".length())));
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
