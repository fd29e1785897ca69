package org.gatehouse.gateway.metering;

import java.util.OptionalLong;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;

import org.gatehouse.governance.snapshot.ModelRoute.Tokenizer;

/** Counts text with a vocabulary that the daemon has. Thread-safe; the first use of a vocabulary loads it (about 1 s). */
public final class Vocabulary {
    /** Longer runs are counted in pieces: the tokenizer's time grows with the square of one unbroken word. */
    private static final int PIECE = 8192;

    private Vocabulary() {}

    private static final class Cl100k {
        private static final Encoding ENCODING = Encodings.newLazyEncodingRegistry()
                .getEncoding(EncodingType.CL100K_BASE);
    }

    private static final class O200k {
        private static final Encoding ENCODING = Encodings.newLazyEncodingRegistry()
                .getEncoding(EncodingType.O200K_BASE);
    }

    /** Tokens of the text; empty when the daemon does not have that vocabulary. */
    public static OptionalLong count(Tokenizer tokenizer, String text) {
        return switch (tokenizer) {
            case CL100K_BASE -> OptionalLong.of(count(Cl100k.ENCODING, text));
            case O200K_BASE -> OptionalLong.of(count(O200k.ENCODING, text));
            case ENGINE, UNKNOWN -> OptionalLong.empty();
        };
    }

    /** Loads a vocabulary ahead of its first use. */
    public static void warmUp(Tokenizer tokenizer) {
        count(tokenizer, "warm");
    }

    private static long count(Encoding encoding, String text) {
        long tokens = 0;
        for (int start = 0; start < text.length(); start += PIECE) {
            tokens += encoding.countTokensOrdinary(text.substring(start, Math.min(text.length(), start + PIECE)));
        }
        return tokens;
    }
}
