package org.gatehouse.gateway.dialect.openai;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.Refusal;

/** A request's body as JSON, and what is said when it is none. What every dialect with JSON bodies shares. */
public final class JsonBody {
    private static final int MAX_DEPTH = 200;

    // No guessing of the encoding: the body is UTF-8 by then, and offsets must be those of its bytes. No interning: the
    // names are the client's, and there is no end to them.
    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build()).build();

    private JsonBody() {}

    /** What a dialect makes of a body; may stop anywhere. */
    @FunctionalInterface
    public interface Reader {

        /** Reads it, from before its first token. */
        Reading read(JsonParser parser) throws IOException;
    }

    /** Has a body read, or says why it cannot be. */
    public static Reading read(byte[] body, Reader reader) {
        if (body.length == 0) {
            return new Reading.Wrong(Refusal.invalid(null, "The body is empty. Send a JSON object."));
        }
        if (!isUtf8(body)) {
            return new Reading.Wrong(Refusal.invalid(null, "The body is not valid UTF-8. Send JSON encoded as UTF-8."));
        }
        try (JsonParser parser = JSON.createParser(body)) {
            return reader.read(parser);
        } catch (StreamConstraintsException _) {
            return new Reading.Wrong(Refusal.invalid(null,
                    "The body is nested deeper than " + MAX_DEPTH
                            + " levels or has a value that is too long. Simplify it."));
        } catch (IOException e) {
            return new Reading.Wrong(
                    Refusal.invalid(null, "The body is not valid JSON" + where(e) + ". Send a JSON object."));
        }
    }

    /**
     * Says no to a content type that is not JSON's; {@code null} when it is, or when none was sent.
     *
     * @param wanted what to send
     */
    public static @Nullable Refusal wrongType(@Nullable String contentType, String wanted) {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        // RFC 9110 5.6.6: parameters such as charset may follow. Clients that send no type at all mean JSON.
        if (type.isEmpty() || type.startsWith("application/json") || type.startsWith("text/json")) {
            return null;
        }
        return Refusal.invalid(null, "The body's content type '" + shown(type) + "' is not understood here. Send '"
                + wanted + "'.");
    }

    /** As much of a client's own word as a message may hold. */
    public static String shown(String name) {
        return name.length() <= 60 ? name : name.substring(0, 60) + "…";
    }

    private static String where(IOException e) {
        if (e instanceof JacksonException json && json.getLocation() != null) {
            return " (near byte " + json.getLocation().getByteOffset() + ")";
        }
        return "";
    }

    private static boolean isUtf8(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                try {
                    StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes));
                    return true;
                } catch (CharacterCodingException _) {
                    return false;
                }
            }
        }
        return true;
    }
}
