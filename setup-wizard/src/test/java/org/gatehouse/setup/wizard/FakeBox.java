package org.gatehouse.setup.wizard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.question.Steps;

/**
 * A box that speaks the set-up API over HTTP and nothing else, strictly: what it does not know it refuses. A value "refused" fails its check, a
 * value "wrong" is a wrong field. One lock around everything.
 */
public final class FakeBox implements AutoCloseable {
    static final String ADMIN = "gha_admin";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> SECRETS = Set.of("password", "apiKey", "secret", "privateKeyPem",
            "oneTimeCodeSecret",
            "oneTimeCode");

    private final HttpServer server;
    private final Map<String, ObjectNode> steps = new LinkedHashMap<>();
    private final Map<String, JsonNode> whole = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Path data;
    private String phase = "unclaimed";
    private String code = "ABCDEFGH";
    private String token = "";
    private int claims;

    public FakeBox(Path data) {
        this.data = data;
        Steps.all().forEach(step -> steps.put(step.name(), JSON.createObjectNode().put("name", step.name())
                .put("status", "open").putNull("reason").putNull("changedAt").put("version", 0).putNull("answer")
                .putNull("result")));
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::serve);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
            Files.writeString(data.resolve("daemon.json"), JSON.createObjectNode().put("url", uri().toString()) + "\n");
            Files.writeString(data.resolve("claim-code"), "ABCD-EFGH\n");
            Files.writeString(data.resolve("admin-token"), ADMIN + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The calls so far that could change something, in order. */
    public synchronized List<String> changes() {
        return calls.stream().filter(call -> !call.startsWith("GET") && !call.endsWith("/check")).toList();
    }

    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    public synchronized String phase() {
        return phase;
    }

    public synchronized JsonNode step(String name) {
        return Objects.requireNonNull(steps.get(name), name).deepCopy();
    }

    /** What a step was answered with, secrets too. */
    public synchronized JsonNode answered(String name) {
        return whole.getOrDefault(name, JSON.missingNode());
    }

    /** Somebody else claims the box with a newer code. */
    public synchronized void takenOver() {
        token = "ghs_somebody";
        phase = "claimed";
        code = "";
        claims++;
    }

    private synchronized void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        calls.add(method + " " + path);
        byte[] text = exchange.getRequestBody().readAllBytes();
        Answer answer;
        try {
            answer = answer(method, path, text.length == 0 ? JSON.createObjectNode() : JSON.readTree(text), exchange);
        } catch (Refusal refusal) {
            answer = refusal.answer;
        }
        byte[] body = JSON.writeValueAsBytes(answer.body);
        exchange.getResponseHeaders().set("Content-Type",
                answer.status < 300 ? "application/json" : "application/problem+json");
        exchange.sendResponseHeaders(answer.status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private record Answer(int status, JsonNode body) {}

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Answer answer;

        Refusal(int status, String kind, String detail) {
            super(detail);
            this.answer = new Answer(status, JSON.createObjectNode().put("type", "urn:gatehouse:problem:" + kind)
                    .put("status", status).put("detail", detail).set("errors", JSON.createArrayNode()));
        }
    }

    private Answer answer(String method, String path, JsonNode body, HttpExchange exchange) {
        if (!path.startsWith("/api/v1/setup")) {
            throw new Refusal(404, "not_found", "Nothing here.");
        }
        String rest = path.substring("/api/v1/setup".length());
        String bearer = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        boolean admin = bearer.equals("Bearer " + ADMIN);
        boolean known = admin || !token.isEmpty() && bearer.equals("Bearer " + token);
        if (bearer.startsWith("Bearer ghs_") && !known) {
            throw new Refusal(401, "setup_taken_over", "Somebody claimed the box with a newer code. Claim it again.");
        }
        String[] parts = rest.split("/");
        if (method.equals("GET") && rest.isEmpty()) {
            return new Answer(200, view(known));
        }
        if (method.equals("POST") && rest.equals("/claim")) {
            return claim(body);
        }
        if (!known) {
            throw new Refusal(401, "unauthenticated", "Claim the box first.");
        }
        if (method.equals("POST") && rest.equals("/code") && admin) {
            code = "FRSH" + String.format("%04d", claims);
            return new Answer(201, JSON.createObjectNode().put("code", code).put("expiresAt", "2026-11-21T12:15:00Z"));
        }
        if (method.equals("POST") && rest.equals("/finish")) {
            return finish();
        }
        if (parts.length < 3 || !parts[1].equals("steps") || !steps.containsKey(parts[2])) {
            throw new Refusal(404, "not_found", "No such step.");
        }
        String call = method + (parts.length > 3 ? "/" + parts[3] : "");
        return switch (call) {
            case "GET" -> new Answer(200, step(parts[2]).<ObjectNode>deepCopy().set("found", found(parts[2])));
            case "POST/check" -> check(body);
            case "PUT" -> put(parts[2], body, exchange.getRequestHeaders().getFirst("If-Match"));
            case "POST/skip" -> skip(parts[2], body);
            default -> throw new Refusal(405, "method_not_allowed", "Not so.");
        };
    }

    private ObjectNode view(boolean known) {
        ObjectNode view = JSON.createObjectNode().put("phase", phase).put("version", "test")
                .putNull("certificateFingerprint").put("codeExpiresAt", "2026-11-21T12:00:00Z")
                .put("claimedAt", phase.equals("unclaimed") ? null : "2026-11-21T11:00:00Z").put("simulated", true);
        ArrayNode shown = view.putArray("steps");
        if (known) {
            steps.values().forEach(shown::add);
        }
        return view;
    }

    private Answer claim(JsonNode body) {
        only(body, Set.of("code", "program"));
        if (phase.equals("finished")) {
            throw new Refusal(409, "set_up_finished", "Set-up is finished.");
        }
        String given = body.path("code").asText().replace("-", "");
        if (code.isEmpty()) {
            throw new Refusal(409, "already_claimed", "Somebody claimed this box. Ask for a new code on the box.");
        }
        if (!given.equals(code)) {
            throw new Refusal(403, "claim_code_wrong",
                    "The claim code is wrong. Read it again from the box's console.");
        }
        phase = "claimed";
        code = "";
        token = "ghs_token" + ++claims;
        return new Answer(200, JSON.createObjectNode().put("phase", phase).put("token", token).put("expiresAt",
                "2026-11-22T11:00:00Z"));
    }

    private Answer finish() {
        List<String> open = steps.values().stream().filter(step -> step.path("status").asText().equals("open"))
                .map(step -> step.path("name").asText()).toList();
        if (!open.isEmpty()) {
            throw new Refusal(409, "setup_incomplete", "These steps are open: " + String.join(", ", open) + ".");
        }
        phase = "finished";
        token = "";
        return new Answer(200, view(true));
    }

    private static ObjectNode found(String step) {
        ObjectNode found = JSON.createObjectNode();
        if (step.equals("machine")) {
            found.put("hostname", "fresh-box").put("timeZone", "Europe/Berlin").put("recorded", true)
                    .putArray("interfaces").addObject().put("name", "eth0").put("mac", "02:00:00:00:00:01")
                    .put("up", true).putArray("addresses").add("192.0.2.7/24");
        }
        return found;
    }

    private Answer check(JsonNode body) {
        only(body, Set.of("answer"));
        wrongFields("", body.path("answer"));
        ArrayNode checks = checks(body.path("answer"));
        boolean ok = checks.findValues("ok").stream().allMatch(JsonNode::asBoolean);
        return new Answer(200, JSON.createObjectNode().put("ok", ok).set("checks", checks));
    }

    private Answer put(String name, JsonNode body, @Nullable String version) {
        only(body, Set.of("answer"));
        ObjectNode step = Objects.requireNonNull(steps.get(name), name);
        if (version != null && !version.equals("\"" + step.path("version").asLong() + "\"")) {
            throw new Refusal(412, "version_conflict", "Somebody changed the step meanwhile. Read it again.");
        }
        JsonNode answer = body.path("answer");
        wrongFields("", answer);
        ArrayNode checks = checks(answer);
        if (checks.findValues("ok").stream().anyMatch(ok -> !ok.asBoolean())) {
            ObjectNode problem = JSON.createObjectNode().put("type", "urn:gatehouse:problem:setup_check_failed")
                    .put("status", 422).put("detail", "A check failed.");
            problem.set("checks", checks);
            return new Answer(422, problem);
        }
        boolean same = answer.equals(whole.put(name, answer));
        ObjectNode result = JSON.createObjectNode().put("changed", !same);
        boolean waits = name.equals("administrator") && !answer.has("oneTimeCodeSecret")
                && !answer.path("oneTimeCode").asText().equals("123456");
        ObjectNode secrets = JSON.createObjectNode();
        if (waits) {
            result.put("awaiting", "one_time_code");
            secrets.put("codeUri", "otpauth://totp/gatehouse:admin?secret=JBSWY3DPEHPK3PXP").put("codeSecret",
                    "JBSWY3DPEHPK3PXP");
        }
        if (name.equals("first-key") && !same) {
            secrets.put("key", "ghk_12345678_secret");
            result.put("model", "gpt-4o").put("answer", "Hello.").put("milliseconds", 12);
        }
        step.put("status", waits ? "open" : "done").putNull("reason").put("version", step.path("version").asLong() + 1);
        step.set("answer", withoutSecrets(answer.deepCopy()));
        step.set("result", result);
        return new Answer(200, step.deepCopy().<ObjectNode>set("secrets", secrets));
    }

    private Answer skip(String name, JsonNode body) {
        only(body, Set.of("reason"));
        if (body.path("reason").asText().isBlank()) {
            throw new Refusal(400, "invalid", "reason is missing.");
        }
        ObjectNode step = Objects.requireNonNull(steps.get(name), name);
        step.put("status", "skipped").put("reason", body.path("reason").asText()).put("version",
                step.path("version").asLong() + 1);
        return new Answer(200, step);
    }

    private static ArrayNode checks(JsonNode answer) {
        ArrayNode checks = JSON.createArrayNode();
        boolean refused = answer.toString().contains("refused");
        checks.addObject().put("name", "looks").put("ok", true).put("message", "The answer is complete.").put("millis",
                1).putNull("models");
        checks.addObject().put("name", "live").put("ok", !refused)
                .put("message", refused ? "Nobody answers there. Look at the address." : "It answers.").put("millis", 7)
                .putNull("models");
        return checks;
    }

    private static void wrongFields(String path, JsonNode answer) {
        for (int i = 0; answer.isArray() && i < answer.size(); i++) {
            wrongFields(path + "." + i, answer.get(i));
        }
        for (Iterator<Map.Entry<String, JsonNode>> fields = answer.fields(); fields.hasNext();) {
            Map.Entry<String, JsonNode> field = fields.next();
            String here = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            if (field.getValue().asText().equals("wrong")) {
                Refusal refusal = new Refusal(400, "invalid", here + " is wrong.");
                ((ObjectNode) refusal.answer.body).putArray("errors").addObject().put("field", here).put("message",
                        "is none that this box takes");
                throw refusal;
            }
            wrongFields(here, field.getValue());
        }
    }

    private static JsonNode withoutSecrets(JsonNode answer) {
        if (answer instanceof ObjectNode object) {
            object.remove(SECRETS);
        }
        answer.forEach(FakeBox::withoutSecrets);
        return answer;
    }

    private static void only(JsonNode body, Set<String> names) {
        body.fieldNames().forEachRemaining(name -> {
            if (!names.contains(name)) {
                throw new Refusal(400, "invalid", name + " is no member here.");
            }
        });
    }

    Path data() {
        return data;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
