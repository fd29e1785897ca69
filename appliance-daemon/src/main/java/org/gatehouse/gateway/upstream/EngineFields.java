package org.gatehouse.gateway.upstream;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * The fields that the box itself puts into a request for an engine.
 *
 * @param json members with a comma between them, or empty
 */
record EngineFields(String json) {
    static final EngineFields NONE = new EngineFields("");

    /**
     * Works them out for each call. The {@code cache_salt} keeps the prefix cache of an engine apart for each department: a
     * prompt that another one has sent must not answer faster, for that tells that it was sent. It is a keyed hash, so nobody
     * can name another's; 43 characters for 256 bits, as vLLM asks for. Thread-safe.
     */
    static final class Source {
        private static final String ALGORITHM = "HmacSHA256";
        private static final byte[] PURPOSE = "prefix cache salt 1".getBytes(StandardCharsets.US_ASCII);

        private final Mac keyed;

        /**
         * Takes the secret that salts are made of.
         *
         * @param secret the same for every box on one store, so that a department keeps its salt wherever it calls
         */
        Source(byte[] secret) {
            // A key of its own: what else is hashed with the secret can never be a salt.
            keyed = mac(mac(secret).doFinal(PURPOSE));
        }

        /** @param heedsPriority whether the engine schedules by priority: vLLM refuses any but 0 where it does not */
        EngineFields of(Exchange exchange, boolean heedsPriority) {
            if (!known(exchange.target().upstream().kind(), exchange.arrival().surface())) {
                return NONE;
            }
            KeyRecord key = exchange.key();
            // The latest of the interactive calls goes before the earliest of the others.
            int priority = key.engineTerms().priority()
                    + (exchange.batch() ? EngineTerms.LAST - EngineTerms.FIRST + 1 : 0);
            // SGLang takes the greater for the earlier unless it is told otherwise, so only vLLM gets one.
            boolean told = heedsPriority && priority != 0 && exchange.target().upstream().kind() == Upstream.Kind.VLLM;
            return new EngineFields((told ? "\"priority\":" + priority + ',' : "") + "\"cache_salt\":\""
                    + salt(switch (key.engineTerms().prefixCache()) {
                        case DEPARTMENT -> "department " + key.departmentId();
                        case KEY -> "key " + key.id();
                        case BOX -> "box";
                    }) + '"');
        }

        /** Where the fields are known: elsewhere they would be refused or do nothing. */
        private static boolean known(Upstream.Kind kind, Surface surface) {
            boolean text = surface == Surface.CHAT_COMPLETIONS || surface == Surface.COMPLETIONS;
            return switch (kind) {
                case VLLM -> text || surface == Surface.RESPONSES;
                case SGLANG -> text;
                case OPENAI_COMPATIBLE, OPENAI, AZURE_OPENAI, ANTHROPIC, GEMINI, VERTEX, BEDROCK, DASHSCOPE, DEEPSEEK,
                        MISTRAL, COHERE, LLAMA_CPP, TENSORRT_LLM, TRANSFORMERS ->
                    false;
            };
        }

        private String salt(String whom) {
            try {
                // A copy of the keyed state: a Mac is not thread-safe, and making one anew costs a provider look-up.
                byte[] hash = ((Mac) keyed.clone()).doFinal(whom.getBytes(StandardCharsets.US_ASCII));
                return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("the JDK's own " + ALGORITHM + " can be copied", e);
            }
        }

        private static Mac mac(byte[] key) {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(new SecretKeySpec(key, ALGORITHM));
                return mac;
            } catch (NoSuchAlgorithmException | InvalidKeyException e) {
                throw new IllegalStateException("every JDK has " + ALGORITHM, e);
            }
        }
    }
}
