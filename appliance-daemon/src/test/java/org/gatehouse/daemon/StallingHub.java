package org.gatehouse.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.gatehouse.admin.StoredModelFiles;

/** A model hub on loopback that sends half of the weights to whoever comes first, and then nothing more. */
final class StallingHub implements AutoCloseable {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String FILES = "/acme/tiny/resolve/" + COMMIT + "/";

    /** Where each request for the weights began. */
    final List<Integer> begins = new CopyOnWriteArrayList<>();
    private final StoredModelFiles model;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch released = new CountDownLatch(1);

    StallingHub(StoredModelFiles model) throws IOException {
        this.model = model;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on it sends everything. */
    void release() {
        released.countDown();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/api/models/acme/tiny/revision/main")) {
                send(exchange, 200, info().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } else if (path.startsWith(FILES) && model.files().containsKey(path.substring(FILES.length()))) {
                file(exchange, path.substring(FILES.length()));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private String info() {
        StringBuilder json = new StringBuilder("{\"id\":\"acme/tiny\",\"sha\":\"" + COMMIT + "\",\"siblings\":[");
        String comma = "";
        for (Map.Entry<String, byte[]> file : model.files().entrySet()) {
            json.append(comma).append("{\"rfilename\":\"").append(file.getKey()).append("\",\"size\":")
                    .append(file.getValue().length).append(",\"lfs\":{\"sha256\":\"").append(sha256(file.getValue()))
                    .append("\"}}");
            comma = ",";
        }
        return json.append("]}").toString();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void file(HttpExchange exchange, String name) throws IOException {
        byte[] content = model.get(name);
        String range = exchange.getRequestHeaders().getFirst("range");
        int from = range == null ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        if (range != null) {
            exchange.getResponseHeaders().add("content-range",
                    "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        byte[] body = Arrays.copyOfRange(content, from, content.length);
        if (!name.endsWith(".safetensors")) {
            send(exchange, range == null ? 200 : 206, body);
            return;
        }
        begins.add(from);
        exchange.sendResponseHeaders(range == null ? 200 : 206, body.length);
        OutputStream out = exchange.getResponseBody();
        int half = released.getCount() == 0 ? body.length : body.length / 2;
        out.write(body, 0, half);
        out.flush();
        if (half < body.length) {
            await();
        } else {
            out.close();
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private void await() {
        try {
            released.await(60, TimeUnit.SECONDS);
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
