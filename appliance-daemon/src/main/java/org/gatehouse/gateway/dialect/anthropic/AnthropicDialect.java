package org.gatehouse.gateway.dialect.anthropic;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.dialect.openai.JsonBody;
import org.gatehouse.gateway.dialect.openai.JsonRequestReader;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Anthropic's dialect, as its own client libraries and vLLM speak it: {@code POST /v1/messages} and
 * {@code /v1/messages/count_tokens}. The fields that governance reads have the same names and types as in OpenAI's chat, so
 * one reader finds them. A missing {@code max_tokens} is the upstream's to refuse or, in a translation, gets a default.
 */
public final class AnthropicDialect implements Dialect {

    @Override
    public String name() {
        return "anthropic";
    }

    @Override
    public Reading read(Surface surface, @Nullable String contentType, @Nullable String pathModel, byte[] body) {
        Refusal wrong = JsonBody.wrongType(contentType, "application/json");
        return wrong == null ? JsonRequestReader.read(surface, body) : new Reading.Wrong(wrong);
    }

    /** By Anthropic's names; when a limit is full again is a moment there, of RFC 3339 (docs, Rate limits). */
    @Override
    public void rates(ClientReply reply, Reservation.RateHeaders rates, Instant now) {
        rate(reply, "requests", rates.requests(), now);
        rate(reply, "tokens", rates.tokens(), now);
    }

    private static void rate(ClientReply reply, String what, Reservation.@Nullable Rate rate, Instant now) {
        if (rate != null) {
            String name = "anthropic-ratelimit-" + what;
            reply.header(name + "-limit", Long.toString(rate.limit()));
            reply.header(name + "-remaining", Long.toString(rate.remaining()));
            reply.header(name + "-reset",
                    now.plusNanos(rate.resetNanos()).plusMillis(999).truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }

    @Override
    public byte[] model(ListedModel model) {
        return AnthropicModels.one(model);
    }

    @Override
    public Listing models(List<ListedModel> models, Map<String, String> query) {
        return AnthropicModels.list(models, query);
    }

    @Override
    public byte[] errorBody(Refusal refusal) {
        return AnthropicErrors.body(refusal);
    }

    @Override
    public byte[] errorEvent(Surface surface, Refusal refusal) {
        return AnthropicErrors.event(refusal);
    }
}
