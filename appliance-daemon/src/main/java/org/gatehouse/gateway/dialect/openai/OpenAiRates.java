package org.gatehouse.gateway.dialect.openai;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Reservation.Rate;
import org.gatehouse.gateway.exchange.Reservation.RateHeaders;

/** How far limits are, in OpenAI's headers; Google's clients, which know none, get the same. Stateless. */
public final class OpenAiRates {
    private OpenAiRates() {}

    /** Sets {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}}. */
    public static void set(ClientReply reply, RateHeaders rates) {
        set(reply, "requests", rates.requests());
        set(reply, "tokens", rates.tokens());
    }

    private static void set(ClientReply reply, String what, @Nullable Rate rate) {
        if (rate != null) {
            reply.header("x-ratelimit-limit-" + what, Long.toString(rate.limit()));
            reply.header("x-ratelimit-remaining-" + what, Long.toString(rate.remaining()));
            reply.header("x-ratelimit-reset-" + what, duration(rate.resetNanos()));
        }
    }

    /** As OpenAI writes it: {@code 12ms}, {@code 6m0s}. */
    private static String duration(long nanos) {
        long millis = (nanos + 999_999) / 1_000_000;
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = (millis + 999) / 1000;
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + seconds % 60 + "s";
    }
}
