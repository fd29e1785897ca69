package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code /simulated/control} and {@code /simulated/ledger}: the control of a provider that runs as a program. */
final class Control {
    private static final String PREFIX = "/simulated/";

    private final FailureWall wall;
    private final Ledger ledger;

    Control(FailureWall wall, Ledger ledger) {
        this.wall = wall;
        this.ledger = ledger;
    }

    boolean wants(Received received) {
        return received.rawPath().startsWith(PREFIX);
    }

    Reply.Whole answer(Received received) {
        try {
            return switch (received.method() + " " + received.rawPath()) {
                case "GET /simulated/ledger" -> Reply.Whole.json(200, ledgerJson());
                case "DELETE /simulated/ledger" -> {
                    ledger.clear();
                    yield Reply.Whole.json(200, Json.object());
                }
                case "POST /simulated/control" -> {
                    change(Json.read(received.body()));
                    yield Reply.Whole.json(200, Json.object());
                }
                default -> Reply.Whole.json(404, Json.object().put("error",
                        "The control has POST /simulated/control and GET or DELETE /simulated/ledger."));
            };
        } catch (IllegalArgumentException e) {
            return Reply.Whole.json(400, Json.object().put("error", String.valueOf(e.getMessage())));
        }
    }

    private void change(@org.jspecify.annotations.Nullable JsonNode wanted) {
        if (wanted == null) {
            throw new IllegalArgumentException(
                    "The control takes a JSON object such as {\"fail\":\"cut\",\"times\":2}.");
        }
        if (wanted.path("heal").asBoolean(false)) {
            wall.heal();
        }
        if (wanted.has("fail")) {
            wall.plan(new FailureWall.Fault(Failure.of(wanted.get("fail").asText()), wanted.path("after").asInt(-1),
                    wanted.path("retry_after").asInt(-1)), wanted.path("times").asInt(1));
        }
        if (wanted.has("probability")) {
            List<Failure> failures = new ArrayList<>();
            wanted.path("failures").forEach(word -> failures.add(Failure.of(word.asText())));
            wall.randomly(wanted.get("probability").asDouble(), wanted.path("seed").asLong(1),
                    failures.isEmpty() ? SimulatedProvider.WALL : failures);
        }
    }

    private ObjectNode ledgerJson() {
        ArrayNode calls = Json.array();
        for (LedgerEntry entry : ledger.entries()) {
            Failure failure = entry.failure();
            calls.addObject().put("number", entry.number()).put("at", entry.at().toString())
                    .put("request_id", entry.requestId()).put("caller_request_id", entry.callerRequestId())
                    .put("method", entry.method()).put("target", entry.target()).put("model", entry.model())
                    .put("streamed", entry.streamed()).put("status", entry.status())
                    .put("input_tokens", entry.inputTokens()).put("output_tokens", entry.outputTokens())
                    .put("failure", failure == null ? "" : failure.word()).put("state", entry.state().name()
                            .toLowerCase(java.util.Locale.ROOT));
        }
        ObjectNode json = Json.object();
        json.set("calls", calls);
        json.put("calls_total", calls.size()).put("input_tokens_total",
                ledger.entries().stream().mapToLong(LedgerEntry::inputTokens).sum());
        json.put("output_tokens_total", ledger.entries().stream().mapToLong(LedgerEntry::outputTokens).sum());
        return json;
    }
}
