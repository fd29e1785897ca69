package org.gatehouse.safekeeping;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A store that speaks as much of S3 as backups need, simulated: one bucket, objects by path, listing in pieces of two. It
 * reckons each signature by itself, from the description of Signature version 4, and takes no request whose
 * signature or whose body's digest is another.
 */
final class SimulatedS3 implements AutoCloseable {
    static final String KEY = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String REGION = "eu-test-1";
    private static final String BUCKET = "/backups";

    final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private final HttpServer server;

    SimulatedS3() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    BackupTargetDraft target(String bucket, String secret) {
        return new BackupTargetDraft(BackupTargetDraft.Kind.S3, null, new BackupTargetDraft.Store("http://127.0.0.1:"
                + server.getAddress().getPort(), REGION, bucket, "boxes/one/", KEY), null, secret, null, 3, 2);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getRawPath();
            if (!isSigned(exchange, body)) {
                answer(exchange, 403, error("SignatureDoesNotMatch"));
            } else if (!path.equals(BUCKET) && !path.startsWith(BUCKET + "/")) {
                answer(exchange, 404, error("NoSuchBucket"));
            } else {
                String key = path.substring(Math.min(path.length(), BUCKET.length() + 1));
                switch (exchange.getRequestMethod()) {
                    case "PUT" -> {
                        objects.put(key, body);
                        answer(exchange, 200, new byte[0]);
                    }
                    case "DELETE" -> {
                        objects.remove(key);
                        answer(exchange, 204, new byte[0]);
                    }
                    default -> get(exchange, key);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void get(HttpExchange exchange, String key) throws IOException {
        if (key.isEmpty()) {
            answer(exchange, 200, listing(query(exchange)));
        } else {
            byte[] object = objects.get(key);
            answer(exchange, object == null ? 404 : 200, object == null ? error("NoSuchKey") : object);
        }
    }

    private byte[] listing(Map<String, String> query) {
        String after = query.getOrDefault("continuation-token", "");
        var keys = objects.keySet().stream()
                .filter(key -> key.startsWith(query.get("prefix")) && key.compareTo(after) > 0)
                .toList();
        StringBuilder xml = new StringBuilder(
                "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        keys.stream().limit(2).forEach(key -> xml.append("<Contents><Key>").append(key).append("</Key><Size>")
                .append(objects.getOrDefault(key, new byte[0]).length).append("</Size></Contents>"));
        if (keys.size() > 2) {
            xml.append("<NextContinuationToken>").append(keys.get(1)).append("</NextContinuationToken>");
        }
        return xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> query(HttpExchange exchange) {
        String raw = exchange.getRequestURI().getRawQuery();
        return raw == null
                ? Map.of()
                : Arrays.stream(raw.split("&")).map(pair -> pair.split("=", 2)).collect(Collectors.toMap(
                        pair -> pair[0], pair -> java.net.URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static boolean isSigned(HttpExchange exchange, byte[] body) throws GeneralSecurityException {
        String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        String date = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Date"));
        String digest = String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Content-Sha256"));
        if (!given.contains("SignedHeaders=") || !digest.equals(hex(sha256(body)))) {
            return false;
        }
        String names = given.replaceFirst(".*SignedHeaders=([^,]*),.*", "$1");
        StringBuilder headers = new StringBuilder();
        for (String name : names.split(";")) {
            headers.append(name).append(':').append(exchange.getRequestHeaders().getFirst(name).strip()).append('\n');
        }
        String query = exchange.getRequestURI().getRawQuery() == null
                ? ""
                : new TreeMap<>(Arrays.stream(exchange.getRequestURI().getRawQuery().split("&"))
                        .map(pair -> pair.split("=", 2)).collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])))
                        .entrySet().stream().map(pair -> pair.getKey() + "=" + pair.getValue())
                        .collect(Collectors.joining("&"));
        String request = exchange.getRequestMethod() + "\n" + exchange.getRequestURI().getRawPath() + "\n" + query
                + "\n"
                + headers + "\n" + names + "\n" + digest;
        String day = date.substring(0, 8);
        String scope = day + "/" + REGION + "/s3/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n"
                + hex(sha256(request.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8);
        for (String part : new String[]{day, REGION, "s3", "aws4_request"}) {
            key = hmac(key, part);
        }
        return given.equals("AWS4-HMAC-SHA256 Credential=" + KEY + "/" + scope + ", SignedHeaders=" + names
                + ", Signature=" + hex(hmac(key, toSign)));
    }

    private static byte[] sha256(byte[] content) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] error(String code) {
        return ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>").getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
