package org.gatehouse.gateway.upstream.provider;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.openai.ChatFlavour;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/** One kind of provider. Stateless, thread-safe. */
public interface Provider {

    /** The chat protocols that it speaks itself, the one to translate to first. */
    List<Protocol> chats(Upstream upstream);

    /** Where a chat stands below the base URL, query included. */
    String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed);

    /**
     * Where a surface other than chat stands below the base URL, in OpenAI's shape of it or in one that can be
     * {@linkplain #reshaping brought to it}; {@code null} when the provider does not have it.
     */
    @Nullable
    String path(Upstream upstream, Surface surface, String model);

    /**
     * Where embeddings are made of what Google's clients send, in Google's own shape; {@code null} where there is no such
     * place, so that they are asked for as OpenAI's are.
     *
     * @param several whether of a list of texts
     */
    default @Nullable String googleEmbeddings(String model, boolean several) {
        return null;
    }

    /** How a surface other than chat is brought to the provider's own shape; {@code null} where that is OpenAI's. */
    default @Nullable Reshaping reshaping(Surface surface) {
        return null;
    }

    /** How calls are authorised with one key, worked out once for each. */
    Authorization authorization(Upstream upstream, ProviderKey key);

    /** Where the models can be listed with {@code GET}; {@code null} when nowhere. */
    default @Nullable String listing(Upstream upstream) {
        return "/models";
    }

    /**
     * The name of an option without which an upstream of this kind cannot be called, and which nobody gave; {@code null} when
     * none is missing.
     */
    default @Nullable String missing(Upstream upstream) {
        return null;
    }

    /** Headers that every call has besides. */
    default RequestHeaders headers(Upstream upstream) {
        return RequestHeaders.NONE;
    }

    /** What its chat in OpenAI's protocol is like. */
    default ChatFlavour flavour() {
        return ChatFlavour.COMPATIBLE;
    }

    /** How a model there is told to think. */
    default Terms.ReasoningStyle reasoning(Upstream upstream, String model) {
        return Terms.ReasoningStyle.EFFORT;
    }

    /** Whether its models answer by a JSON schema. */
    default boolean schemas() {
        return true;
    }

    /** Whether any of its models sees pictures. */
    default boolean pictures() {
        return true;
    }

    /** The highest temperature that it takes. */
    default double highestTemperature(Upstream upstream) {
        return 2;
    }

    /** How its streams are framed, in that protocol. */
    default Framing framing(Protocol protocol) {
        return Framing.SERVER_SENT_EVENTS;
    }

    /** How events stand in a stream of bytes. */
    enum Framing {
        /** WHATWG HTML 9.2. */
        SERVER_SENT_EVENTS("text/event-stream"),
        /** Amazon's binary frames. */
        AMAZON_EVENTS("application/vnd.amazon.eventstream");

        private final String contentType;

        Framing(String contentType) {
            this.contentType = contentType;
        }

        /** What a reply of that type is framed by; {@code null} when it is no stream of events. */
        public static @Nullable Framing of(String contentType) {
            for (Framing framing : values()) {
                if (contentType.regionMatches(true, 0, framing.contentType, 0, framing.contentType.length())) {
                    return framing;
                }
            }
            return null;
        }
    }
}
