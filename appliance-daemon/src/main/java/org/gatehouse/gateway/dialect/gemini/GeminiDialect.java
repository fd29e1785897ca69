package org.gatehouse.gateway.dialect.gemini;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.dialect.openai.JsonBody;
import org.gatehouse.gateway.dialect.openai.OpenAiRates;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.governance.snapshot.Surface;

/** Google's dialect, {@code /v1beta/models/{model}:{method}}: the path names the model, what to do and whether to stream. */
public final class GeminiDialect implements Dialect {

    @Override
    public String name() {
        return "gemini";
    }

    @Override
    public Reading read(Surface surface, @Nullable String contentType, @Nullable String pathModel, byte[] body) {
        Refusal wrong = JsonBody.wrongType(contentType, "application/json");
        if (wrong != null) {
            return new Reading.Wrong(wrong);
        }
        int colon = pathModel == null ? -1 : pathModel.lastIndexOf(':');
        if (pathModel == null || colon < 1) {
            return new Reading.Wrong(Refusal.invalid(null,
                    "The path names no model and method. Use /v1beta/models/{model}:generateContent."));
        }
        String model = pathModel.substring(0, colon);
        String method = pathModel.substring(colon + 1);
        return JsonBody.read(body, parser -> new GenerateRequestReader(parser, body, model, method).read());
    }

    @Override
    public void rates(ClientReply reply, Reservation.RateHeaders rates, Instant now) {
        OpenAiRates.set(reply, rates);
    }

    @Override
    public byte[] model(ListedModel model) {
        return GoogleModels.one(model);
    }

    @Override
    public Listing models(List<ListedModel> models, Map<String, String> query) {
        return GoogleModels.list(models, query);
    }

    @Override
    public byte[] errorBody(Refusal refusal) {
        return GoogleErrors.body(refusal);
    }

    @Override
    public byte[] errorEvent(Surface surface, Refusal refusal) {
        return GoogleErrors.event(refusal);
    }
}
