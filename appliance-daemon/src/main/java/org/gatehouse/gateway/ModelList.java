package org.gatehouse.gateway;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.ModelRoute;

/** {@code GET /v1/models} and {@code /v1/models/{id}}: the public models that the caller's key may use, no others. */
final class ModelList {
    private static final JsonFactory JSON = new JsonFactory();

    private final Authentication authentication;

    ModelList(Authentication authentication) {
        this.authentication = authentication;
    }

    void answer(Exchange exchange, Conclusion conclusion) {
        if (authentication.pass(exchange) instanceof Refusal refusal) {
            conclusion.refuse(exchange, refusal);
            return;
        }
        String one = exchange.arrival().pathModel();
        ModelRoute route = one == null ? null : exchange.arrival().snapshot().models().get(one);
        if (one != null && (route == null || !exchange.key().models().includes(one))) {
            conclusion.refuse(exchange, new Refusal(Reason.MODEL_NOT_FOUND,
                    "This key can use no model of that name. GET /v1/models lists those that it can.", "model", null));
            return;
        }
        conclusion.answer(exchange, json(exchange, route).getBytes(StandardCharsets.UTF_8));
    }

    private static String json(Exchange exchange, @org.jspecify.annotations.Nullable ModelRoute one) {
        StringWriter text = new StringWriter(1024);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            if (one != null) {
                model(json, one);
            } else {
                json.writeStartObject();
                json.writeStringField("object", "list");
                json.writeArrayFieldStart("data");
                for (ModelRoute route : exchange.arrival().snapshot().models().values()) {
                    if (exchange.key().models().includes(route.name())) {
                        model(json, route);
                    }
                }
                json.writeEndArray();
                json.writeEndObject();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static void model(JsonGenerator json, ModelRoute route) throws IOException {
        boolean simulated = route.targets().stream().anyMatch(target -> target.upstream().simulated());
        json.writeStartObject();
        json.writeStringField("id", route.name());
        json.writeStringField("object", "model");
        json.writeNumberField("created", route.createdAt().getEpochSecond());
        json.writeStringField("owned_by", simulated ? "gatehouse (simulated)" : "gatehouse");
        json.writeNumberField("max_model_len", route.contextTokens());
        json.writeEndObject();
    }
}
