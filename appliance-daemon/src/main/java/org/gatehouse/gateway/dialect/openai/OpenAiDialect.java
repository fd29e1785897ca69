package org.gatehouse.gateway.dialect.openai;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.governance.snapshot.Surface;

/** OpenAI's dialect, as its own client libraries and vLLM speak it. */
public final class OpenAiDialect implements Dialect {

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public Reading read(Surface surface, @Nullable String contentType, @Nullable String pathModel, byte[] body) {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        if (type.startsWith("multipart/form-data") && acceptsForms(surface)) {
            return FormRequestReader.read(surface, contentType == null ? "" : contentType, body);
        }
        Refusal wrong = JsonBody.wrongType(contentType,
                acceptsForms(surface) ? "multipart/form-data" : "application/json");
        if (wrong != null) {
            return new Reading.Wrong(wrong);
        }
        return JsonRequestReader.read(surface, body);
    }

    @Override
    public void rates(ClientReply reply, Reservation.RateHeaders rates, Instant now) {
        OpenAiRates.set(reply, rates);
    }

    @Override
    public byte[] model(ListedModel model) {
        return OpenAiModels.one(model);
    }

    @Override
    public Listing models(List<ListedModel> models, Map<String, String> query) {
        return OpenAiModels.list(models);
    }

    @Override
    public byte[] errorBody(Refusal refusal) {
        return OpenAiErrors.body(refusal);
    }

    @Override
    public byte[] errorEvent(Surface surface, Refusal refusal) {
        return switch (surface) {
            case CHAT_COMPLETIONS, COMPLETIONS -> OpenAiErrors.event(refusal);
            case RESPONSES, MESSAGES, GENERATE_CONTENT, COUNT_TOKENS, EMBEDDINGS, MODELS, BATCHES, AUDIO_TRANSCRIPTIONS,
                    AUDIO_TRANSLATIONS, AUDIO_SPEECH,
                    IMAGES_GENERATIONS, IMAGES_EDITS, RERANK, MODERATIONS, REALTIME ->
                OpenAiErrors.typedEvent(refusal);
        };
    }

    private static boolean acceptsForms(Surface surface) {
        return switch (surface) {
            case AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, IMAGES_EDITS -> true;
            case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES, GENERATE_CONTENT, COUNT_TOKENS, EMBEDDINGS, MODELS,
                    BATCHES,
                    AUDIO_SPEECH, IMAGES_GENERATIONS, RERANK,
                    MODERATIONS, REALTIME ->
                false;
        };
    }
}
