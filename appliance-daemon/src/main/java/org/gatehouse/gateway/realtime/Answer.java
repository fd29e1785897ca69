package org.gatehouse.gateway.realtime;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.recording.CallBook;

/** One answer of the model inside of a session: a call like any other, but for its transport. Guarded by {@link Answers}. */
final class Answer {
    /** One token is 50 ms of speech; of 24 kHz and 16 bits, as OpenAI speaks unless told otherwise. */
    private static final int AUDIO_BYTES_PER_TOKEN = 2400;
    private static final int TEXT_BYTES_PER_TOKEN = 4;

    private final Exchange exchange;
    private final CallBook.Flight flight;
    private final @Nullable String event;
    private final @Nullable Refusal uninvited;
    private long firstByteNanos = -1;
    private long textBytes;
    private long audioBytes;
    private long pieces;

    /**
     * An answer that is about to be made.
     *
     * @param event the client's own name for what asked for it
     * @param uninvited why it would have been refused if anybody had asked
     */
    Answer(Exchange exchange, CallBook.Flight flight, @Nullable String event, @Nullable Refusal uninvited) {
        this.exchange = exchange;
        this.flight = flight;
        this.event = event;
        this.uninvited = uninvited;
    }

    Exchange exchange() {
        return exchange;
    }

    CallBook.Flight flight() {
        return flight;
    }

    @Nullable
    String event() {
        return event;
    }

    @Nullable
    Refusal uninvited() {
        return uninvited;
    }

    /** When the client got the first of it; -1 as long as it got nothing. */
    long firstByteNanos() {
        return firstByteNanos;
    }

    /** A piece of it goes to the client. */
    void produced(Event piece, long now) {
        if (piece.deltaBytes() == 0) {
            return;
        }
        if (firstByteNanos < 0) {
            firstByteNanos = now;
        }
        if (piece.type().contains("audio.delta")) {
            audioBytes += piece.deltaBytes() * 3L / 4;
        } else if (!piece.type().contains("transcript")) {
            textBytes += piece.deltaBytes();
        }
        pieces++;
        flight.progress(exchange.likelyPromptTokens(), outputSoFar());
    }

    /** What it used by now, if nobody says it better. */
    Usage estimated() {
        return Usage.tokens(exchange.likelyPromptTokens(), outputSoFar(), Usage.Source.ESTIMATED);
    }

    private long outputSoFar() {
        long text = (textBytes + TEXT_BYTES_PER_TOKEN - 1) / TEXT_BYTES_PER_TOKEN;
        long audio = (audioBytes + AUDIO_BYTES_PER_TOKEN - 1) / AUDIO_BYTES_PER_TOKEN;
        return Math.max(pieces == 0 ? 0 : 1, text + audio);
    }
}
