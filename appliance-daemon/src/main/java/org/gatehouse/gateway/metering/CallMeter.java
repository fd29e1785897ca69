package org.gatehouse.gateway.metering;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalLong;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Collects what one call produces, from the best source there is: the upstream's final report; its running report; the
 * text itself, counted with the model's vocabulary; an estimate, marked as one. Confined to the call's thread.
 */
public final class CallMeter {
    /** Of an unreported stream so much text is kept for counting; what is longer is estimated from its length. */
    private static final int KEPT_TEXT_BYTES = 1 << 20;
    private static final int BYTES_PER_TOKEN = 4;
    private static final JsonFactory JSON = new JsonFactory();

    private final Exchange exchange;
    private final PromptCounter prompts;
    private @Nullable Usage reported;
    private long[] runningInput = {};
    private long[] runningOutput = {};
    private boolean running;
    private @Nullable Usage prompt;
    private long contentEvents;
    private @Nullable ByteArrayOutputStream text;
    private long unkeptTextBytes;
    private long audioMillis;
    private long images;
    private long ceiling = Long.MAX_VALUE;

    /** Starts at nothing. */
    public CallMeter(Exchange exchange, PromptCounter prompts) {
        this.exchange = exchange;
        this.prompts = prompts;
    }

    /** The upstream's final report, if it can be believed: a call cannot use more than the model's context holds. */
    public void reported(Usage usage) {
        ModelRoute route = exchange.route();
        long possible = (long) route.contextTokens()
                * Math.max(exchange.request().choices(), exchange.request().prompts());
        if (usage.inputTokens() <= possible && usage.outputTokens() <= possible) {
            reported = usage;
        }
    }

    /** The upstream's report on the prompt alone, which may come before anything is produced. */
    public void promptReported(Usage usage) {
        if (usage.inputTokens() <= (long) exchange.route().contextTokens() * exchange.request().prompts()) {
            prompt = usage;
        }
    }

    /**
     * The upstream's running report for one choice: of its own prompt, and of its own output alone. False when it cannot
     * be believed and so counts for nothing.
     */
    public boolean running(long inputTokens, long outputTokens, int choice) {
        long possible = exchange.route().contextTokens();
        if (inputTokens < 0 || outputTokens < 0 || inputTokens > possible || outputTokens > possible) {
            return false;
        }
        if (!running) {
            running = true;
            runningInput = new long[exchange.request().prompts()];
            runningOutput = new long[exchange.request().choices()];
        }
        int slot = Math.clamp(choice, 0, runningOutput.length - 1);
        int prompt = (int) ((long) slot * runningInput.length / runningOutput.length);
        runningInput[prompt] = Math.max(runningInput[prompt], inputTokens);
        runningOutput[slot] = Math.max(runningOutput[slot], outputTokens);
        return true;
    }

    /** One event with content was seen: at least one token. */
    public void contentEvent() {
        contentEvents++;
    }

    /** Some produced text as it stands between the quotes of a JSON string. */
    public void text(byte[] bytes, int from, int to) {
        if (text == null) {
            text = new ByteArrayOutputStream(1024);
        }
        if (text.size() + to - from > KEPT_TEXT_BYTES) {
            unkeptTextBytes += to - from;
        } else {
            text.write(bytes, from, to - from);
        }
    }

    /** Seconds of audio that the reply or the request itself shows. */
    public void audio(long millis) {
        audioMillis = millis;
    }

    /** Pictures that the reply holds. */
    public void images(long count) {
        images = count;
    }

    /** From now on nothing more counts than so many output tokens: the rest was cut off and thrown away. */
    public void cutAt(long outputTokens) {
        ceiling = outputTokens;
    }

    /** Output tokens that are known to be produced by now: the running report, else one for each content event. */
    public long outputSoFar() {
        return Math.min(ceiling, running ? Arrays.stream(runningOutput).sum() : contentEvents);
    }

    /** Input tokens as far as they are known by now. */
    public long inputSoFar() {
        return running ? Arrays.stream(runningInput).sum() : exchange.likelyPromptTokens();
    }

    /** The usage of a call that reached its upstream, however it ended. May ask the engine for an exact prompt count. */
    public Usage total() {
        Usage usage = reported;
        if (usage == null) {
            usage = counted();
        }
        long output = Math.min(usage.outputTokens(), ceiling);
        return new Usage(usage.inputTokens(), output, usage.cachedInputTokens(), usage.cacheWriteTokens(),
                usage.longCacheWriteTokens(), Math.min(usage.reasoningTokens(), output), audio(usage), images,
                characters(), usage.media().within(usage.inputTokens(), output), usage.source());
    }

    /** Said by the upstream, else seen in the reply, else in the recording that was sent: subtitles carry no duration. */
    private long audio(Usage usage) {
        if (usage.audioMillis() > 0 || audioMillis > 0) {
            return Math.max(usage.audioMillis(), audioMillis);
        }
        return switch (exchange.arrival().surface()) {
            case AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS ->
                WavLength.millisInside(exchange.request().body()).orElse(0);
            default -> 0;
        };
    }

    private long characters() {
        return exchange.arrival().surface() == Surface.AUDIO_SPEECH ? exchange.request().units() : 0;
    }

    private Usage counted() {
        if (running) {
            return Usage.tokens(inputSoFar(), outputSoFar(), Usage.Source.COUNTED);
        }
        boolean exact = true;
        Usage told = prompt;
        long input = told == null ? exchange.promptTokens() : told.inputTokens();
        if (told == null && !exchange.promptCountedExactly() && input > 0) {
            OptionalLong count = prompts.count(exchange);
            exact = count.isPresent();
            input = Math.min(input, count.orElse(exchange.likelyPromptTokens()));
        }
        Reservation held = exchange.reservationIfKnown();
        long granted = held == null ? Long.MAX_VALUE : held.outputTokens();
        long output = 0;
        if (text != null) {
            String produced = unescaped(text.toByteArray());
            OptionalLong count = Vocabulary.count(exchange.route().tokenizer(), produced);
            exact &= count.isPresent() && unkeptTextBytes == 0;
            long estimated = (produced.getBytes(StandardCharsets.UTF_8).length + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
            // Each content event carried one token at least.
            output = Math.max(contentEvents, count.orElse(estimated)) + unkeptTextBytes / BYTES_PER_TOKEN;
        } else if (producesText() && !exchange.request().streamed()) {
            // A plain reply that never came: what was produced of it nobody said. A quota takes it for all that was
            // granted, or calls that are left would push the upstream beyond it.
            exact = false;
            output = granted == Long.MAX_VALUE ? 0 : granted;
        }
        // The upstream was told what was granted; an estimate must not carry a quota beyond it.
        return new Usage(input, Math.min(output, granted), told == null ? 0 : told.cachedInputTokens(),
                told == null ? 0 : told.cacheWriteTokens(), told == null ? 0 : told.longCacheWriteTokens(), 0, 0, 0, 0,
                MediaTokens.NONE, exact ? Usage.Source.COUNTED : Usage.Source.ESTIMATED);
    }

    /** Whether the surface is one whose answers cost tokens. */
    public boolean producesText() {
        return exchange.arrival().surface().generatesText();
    }

    /** Whether the upstream has said what the whole call used. */
    public boolean reported() {
        return reported != null;
    }

    private static String unescaped(byte[] raw) {
        byte[] quoted = new byte[raw.length + 2];
        quoted[0] = '"';
        System.arraycopy(raw, 0, quoted, 1, raw.length);
        quoted[quoted.length - 1] = '"';
        try (JsonParser parser = JSON.createParser(quoted)) {
            return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
        } catch (IOException _) {
            return new String(raw, StandardCharsets.UTF_8);
        }
    }
}
