package org.gatehouse.gateway.cache;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;

/**
 * The digest of a question: SHA-256 over one form that all spellings of a JSON value share. Every field of the body counts,
 * known or not, but those that only say how the answer travels; the order of fields, white space, escapes and the spelling
 * of numbers do not. Each value is written with its kind and length before it, so that no two values share a form.
 * Stateless, thread-safe.
 */
final class Fingerprint {
    /** Changes when the form does. */
    private static final byte FORM = 1;
    private static final int MAX_DEPTH = 200;
    /** How the answer travels, by which name it is asked for, and labels that no model sees. */
    private static final Set<String> NEUTRAL = Set.of("model", "stream", "stream_options");
    private static final Set<String> NEUTRAL_TO_OPENAI = Set.of("metadata", "prompt_cache_key",
            "prompt_cache_retention", "request_id");

    // A field given twice means one thing to this parser and may mean another to the upstream's.
    private static final JsonMapper MAPPER = JsonMapper
            .builder(JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE).build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final ByteArrayOutputStream form;

    private Fingerprint(int bytes) {
        this.form = new ByteArrayOutputStream(bytes);
    }

    /** The question of a call; {@code null} when its body has no one form. */
    static @Nullable Question of(Exchange exchange, UUID tenant) {
        byte[] body = exchange.request().body();
        JsonNode tree;
        try {
            tree = MAPPER.readTree(body);
        } catch (IOException _) {
            return null;
        }
        if (!(tree instanceof ObjectNode fields)) {
            return null;
        }
        Fingerprint print = new Fingerprint(body.length + 512);
        print.form.write(FORM);
        print.route(exchange.route());
        print.text(exchange.arrival().surface().id());
        String betas = exchange.arrival().hints().betas();
        print.text(betas == null ? "" : betas);
        return print.request(fields, exchange.arrival().surface())
                ? print.question(exchange.route().id(), tenant)
                : null;
    }

    /** Where the answer may come from: another set of targets is another model behind the same name. */
    private void route(ModelRoute route) {
        for (ModelRoute.Target target : route.targets()) {
            text(target.upstream().id().toString());
            text(target.upstreamModel());
        }
    }

    private boolean request(ObjectNode fields, Surface surface) {
        boolean openai = surface == Surface.CHAT_COMPLETIONS || surface == Surface.RESPONSES;
        String[] names = sortedNames(fields);
        form.write('{');
        for (String name : names) {
            JsonNode value = fields.get(name);
            // What is null at the top was not said.
            if (!value.isNull() && !NEUTRAL.contains(name) && !(openai && NEUTRAL_TO_OPENAI.contains(name))
                    && !(text(name) && value(value))) {
                return false;
            }
        }
        form.write('}');
        return true;
    }

    private boolean value(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> object(value);
            case ARRAY -> {
                form.write('[');
                boolean good = true;
                for (JsonNode item : value) {
                    good = good && value(item);
                }
                form.write(']');
                yield good;
            }
            case STRING -> text(value.textValue());
            case NUMBER -> {
                form.write('#');
                yield text(value.decimalValue().stripTrailingZeros().toString());
            }
            case BOOLEAN -> {
                form.write(value.booleanValue() ? 't' : 'f');
                yield true;
            }
            case NULL -> {
                form.write('0');
                yield true;
            }
            case BINARY, MISSING, POJO -> false;
        };
    }

    private boolean object(JsonNode value) {
        form.write('{');
        for (String name : sortedNames((ObjectNode) value)) {
            if (!text(name) || !value(value.get(name))) {
                return false;
            }
        }
        form.write('}');
        return true;
    }

    private static String[] sortedNames(ObjectNode object) {
        String[] names = new String[object.size()];
        int at = 0;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            names[at++] = field.getKey();
        }
        Arrays.sort(names);
        return names;
    }

    /** False when the text has no bytes of its own: halves of surrogate pairs all become the same one. */
    private boolean text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        form.write('"');
        form.write(bytes.length >>> 24);
        form.write(bytes.length >>> 16);
        form.write(bytes.length >>> 8);
        form.write(bytes.length);
        form.write(bytes, 0, bytes.length);
        // Cheaper than to look for halves of pairs one character after the other: 2 us for 4,096 characters.
        return new String(bytes, StandardCharsets.UTF_8).equals(text);
    }

    private Question question(UUID route, UUID tenant) {
        ByteBuffer digest = ByteBuffer.wrap(sha256().digest(form.toByteArray()));
        return new Question(route, tenant, digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
