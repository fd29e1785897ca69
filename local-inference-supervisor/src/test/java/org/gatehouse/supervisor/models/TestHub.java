package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/** A model hub on loopback with one repository, which misbehaves where it is told to. */
final class TestHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final int WEIGHTS_IN_LFS = 1000;

    /** What happens to a request instead of a good answer. */
    sealed interface Fault {
        /** So many bytes of the body, then the connection is gone. */
        record CutAfter(int bytes) implements Fault {}

        /** So many bytes of the body, then nothing until the hub is released. */
        record SilentAfter(int bytes) implements Fault {}

        /** An error. */
        record Status(int status, String retryAfter) implements Fault {}

        /** The right number of wrong bytes. */
        record WrongBytes() implements Fault {}

        /** The whole file, whatever range was asked for. */
        record IgnoreRange() implements Fault {}

        /** Elsewhere. */
        record Redirect(String location) implements Fault {}

        /** This instead of what should be there. */
        record Body(byte[] bytes) implements Fault {}
    }

    /** A request as it came. */
    record Seen(String path, String range, String authorization) {}

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch released = new CountDownLatch(1);
    private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
    private volatile ModelFiles model;
    private volatile boolean promisesDigests = true;
    private volatile boolean knowsRevisions = true;
    private volatile String token = "";

    TestHub(ModelFiles model) throws IOException {
        this.model = model;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    HubSettings settings() {
        return HubSettings.of("mirror", base());
    }

    /** The next requests for this path meet these faults, one each. */
    TestHub fault(String path, Fault... next) {
        Deque<Fault> queue = faults.computeIfAbsent(path, _ -> new ArrayDeque<>());
        synchronized (queue) {
            queue.addAll(List.of(next));
        }
        return this;
    }

    TestHub withToken(String wanted) {
        token = wanted;
        return this;
    }

    TestHub withoutDigests() {
        promisesDigests = false;
        return this;
    }

    TestHub withTreeOnly() {
        knowsRevisions = false;
        return this;
    }

    void pushes(ModelFiles changed) {
        model = changed;
    }

    void release() {
        released.countDown();
    }

    static String file(String path) {
        return "/acme/tiny/resolve/" + COMMIT + "/" + path;
    }

    static String info() {
        return "/api/models/acme/tiny/revision/main";
    }

    List<Seen> requestsFor(String path) {
        return seen.stream().filter(request -> request.path().equals(path)).toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String range = header(exchange, "range");
            seen.add(new Seen(path, range, header(exchange, "authorization")));
            Fault fault = nextFault(path);
            if (fault instanceof Fault.Status(int status, String retryAfter)) {
                if (!retryAfter.isEmpty()) {
                    exchange.getResponseHeaders().add("retry-after", retryAfter);
                }
                exchange.sendResponseHeaders(status, -1);
            } else if (fault instanceof Fault.Redirect(String location)) {
                exchange.getResponseHeaders().add("location", location);
                exchange.sendResponseHeaders(302, -1);
            } else if (!token.isEmpty() && !header(exchange, "authorization").equals("Bearer " + token)) {
                exchange.sendResponseHeaders(401, -1);
            } else {
                send(exchange, content(path), range, fault);
            }
        }
    }

    private @Nullable Fault nextFault(String path) {
        Deque<Fault> queue = faults.get(path);
        if (queue == null) {
            return null;
        }
        synchronized (queue) {
            return queue.poll();
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private byte @Nullable [] content(String path) {
        if (path.equals(info()) && knowsRevisions) {
            return infoJson();
        }
        if (path.equals("/api/models/acme/tiny/tree/main")) {
            return treeJson();
        }
        String files = "/acme/tiny/resolve/" + (knowsRevisions ? COMMIT : "main") + "/";
        return path.startsWith(files) ? model.files().get(path.substring(files.length())) : null;
    }

    private byte[] infoJson() {
        StringBuilder json = new StringBuilder("{\"id\":\"acme/tiny\",\"sha\":\"" + COMMIT + "\",\"siblings\":[");
        String comma = "";
        for (Map.Entry<String, byte[]> file : model.files().entrySet()) {
            json.append(comma).append("{\"rfilename\":\"").append(file.getKey()).append("\",\"size\":")
                    .append(file.getValue().length).append(",\"blobId\":\"").append(blob(file.getValue())).append('"');
            if (promisesDigests && file.getValue().length >= WEIGHTS_IN_LFS) {
                json.append(",\"lfs\":{\"size\":").append(file.getValue().length).append(",\"sha256\":\"")
                        .append(Digests.sha256(file.getValue())).append("\"}");
            }
            json.append('}');
            comma = ",";
        }
        return ModelFiles.text(json.append("]}").toString());
    }

    private byte[] treeJson() {
        StringBuilder json = new StringBuilder("[");
        for (Map.Entry<String, byte[]> file : model.files().entrySet()) {
            json.append(json.length() == 1 ? "" : ",").append("{\"type\":\"file\",\"path\":\"").append(file.getKey())
                    .append("\",\"size\":").append(file.getValue().length).append(",\"oid\":\"")
                    .append(blob(file.getValue())).append("\"}");
        }
        return ModelFiles.text(json.append(']').toString());
    }

    private String blob(byte[] content) {
        if (!promisesDigests) {
            return "";
        }
        MessageDigest digest = Digests.gitBlob(content.length);
        digest.update(content);
        return Digests.hex(digest);
    }

    private void send(HttpExchange exchange, byte @Nullable [] content, String range, @Nullable Fault fault)
            throws IOException {
        if (content == null) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        byte[] body = fault instanceof Fault.Body(byte[] other) ? other : content;
        if (fault instanceof Fault.WrongBytes) {
            body = content.clone();
            body[body.length - 1] ^= 1;
        }
        int status = 200;
        if (range.startsWith("bytes=") && !(fault instanceof Fault.IgnoreRange)) {
            int from = Integer.parseInt(range.substring(6, range.length() - 1));
            exchange.getResponseHeaders().add("content-range",
                    "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
            body = Arrays.copyOfRange(body, from, body.length);
            status = 206;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        int whole = switch (fault) {
            case Fault.CutAfter(int bytes) -> bytes;
            case Fault.SilentAfter(int bytes) -> bytes;
            case null, default -> body.length;
        };
        OutputStream out = exchange.getResponseBody();
        out.write(body, 0, Math.min(whole, body.length));
        out.flush();
        if (fault instanceof Fault.CutAfter) {
            // A client may throw away what it has read ahead when the connection breaks.
            pause();
        }
        if (fault instanceof Fault.SilentAfter) {
            await();
            out.write(body, whole, body.length - whole);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void await() {
        try {
            if (!released.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody released the hub");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }
}
