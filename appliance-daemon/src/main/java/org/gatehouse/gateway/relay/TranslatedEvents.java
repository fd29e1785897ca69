package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.exchange.Passage;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.upstream.Translation;

/** A stream of another protocol than the client's: each event is read, and what it means written anew. */
final class TranslatedEvents implements StreamGrammar {
    private static final byte[] GOES_ON = ": gatehouse: another target goes on from here\n\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final EventReader reader;
    private final Seam seam;
    private final EventWriter writer;
    private final boolean goesOn;
    private final Passage passage;
    private final int choices;
    private final boolean runningUsage;
    private final List<ChatEvent> read = new ArrayList<>(4);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    private final BitSet stopped = new BitSet();
    private boolean begun;
    private boolean ended;
    private @Nullable TokenCount usage;

    /**
     * Starts a stream.
     *
     * @param seam behind which it goes on, or begins
     * @param goesOn whether the client has a part of the answer already
     * @param passage what both sides speak
     * @param choices how many answers it carries
     * @param runningUsage whether the upstream reports usage in each event
     */
    TranslatedEvents(EventReader reader, Seam seam, boolean goesOn, Passage passage, int choices,
            boolean runningUsage) {
        this.passage = passage;
        this.reader = reader;
        this.seam = seam;
        this.writer = seam.writer();
        this.goesOn = goesOn;
        this.choices = choices;
        this.runningUsage = runningUsage;
    }

    @Override
    public Look look(EventData data, CallMeter meter) {
        read.clear();
        try {
            reader.read(data.type(), data.bytes(), data.from(), data.to(), read::add);
        } catch (BrokenAnswerException e) {
            return new Look.Broken(String.valueOf(e.getMessage()));
        }
        ProviderError error = write(meter);
        byte[] events = out.toByteArray();
        if (error != null) {
            return new Look.Failed(error, events);
        }
        return ended ? new Look.Last(false, events) : new Look.Instead(events);
    }

    /** Writes what was read; gives the error if that ends it. */
    private @Nullable ProviderError write(CallMeter meter) {
        out.reset();
        for (ChatEvent event : read) {
            if (goesOn && event instanceof ChatEvent.Begun) {
                // The client was told of a beginning; it gets a mark that nobody takes for a part of the answer.
                out.write(GOES_ON, 0, GOES_ON.length);
                continue;
            }
            if (event instanceof ChatEvent.Failed failed && seam.mayGoOn()) {
                return failed.error();
            }
            meter(event, meter);
            seam.pass(event, this::give);
            if (event instanceof ChatEvent.Failed failed) {
                return failed.error();
            }
        }
        return null;
    }

    private void give(ChatEvent event) {
        begun |= event.output();
        seam.told(event);
        writer.write(Translation.forClient(passage, event), out);
        ended |= event instanceof ChatEvent.Ended;
    }

    private void meter(ChatEvent event, CallMeter meter) {
        switch (event) {
            case ChatEvent.Text text -> produced(text.text(), meter);
            case ChatEvent.Thought thought -> produced(thought.text(), meter);
            case ChatEvent.Declined declined -> produced(declined.text(), meter);
            case ChatEvent.ToolArguments arguments -> produced(arguments.json(), meter);
            case ChatEvent.ToolCallBegun begins -> produced(begins.name(), meter);
            case ChatEvent.Stopped stop -> stopped.set(Math.clamp(stop.choice(), 0, choices - 1));
            case ChatEvent.Used used -> used(used, meter);
            case ChatEvent.Begun _,ChatEvent.ThoughtSignature _,ChatEvent.RedactedThought _,ChatEvent.Ping _,ChatEvent.Foreign _,ChatEvent.Failed _,ChatEvent.Ended _ -> {
                // Nothing that counts.
            }
        }
    }

    private void used(ChatEvent.Used used, CallMeter meter) {
        usage = used.usage();
        if (used.whole()) {
            meter.reported(usageOf(used.usage()));
        } else if (runningUsage && choices == 1) {
            meter.running(used.usage().input(), used.usage().output(), 0);
        }
    }

    private static void produced(String text, CallMeter meter) {
        if (!text.isEmpty()) {
            // As it stands in JSON: what the meter keeps, it reads so.
            byte[] escaped = JsonStringEncoder.getInstance().quoteAsUTF8(text);
            meter.text(escaped, 0, escaped.length);
            meter.contentEvent();
        }
    }

    /** In the trail's terms. */
    static Usage usageOf(TokenCount count) {
        long written = Math.min(count.cacheWrites(), count.input());
        return new Usage(count.input(), count.output(), Math.min(count.cachedInput(), count.input()), written,
                Math.min(count.longCacheWrites(), written), Math.min(count.reasoning(), count.output()), 0, 0, 0,
                new MediaTokens(count.media().audioInput(), count.media().imageInput(), count.media().audioOutput(),
                        count.media().imageOutput()).within(count.input(), count.output()),
                Usage.Source.REPORTED);
    }

    @Override
    public boolean begun() {
        return begun;
    }

    @Override
    public boolean complete() {
        if (!ended) {
            read.clear();
            reader.end(read::add);
            out.reset();
            for (ChatEvent event : read) {
                seam.pass(event, this::give);
            }
        }
        return ended;
    }

    @Override
    public byte[] endMark() {
        return out.toByteArray();
    }

    @Override
    public byte[] earlyEnd(CallMeter meter) {
        out.reset();
        for (int choice = 0; choice < choices; choice++) {
            if (!stopped.get(choice)) {
                writer.write(new ChatEvent.Stopped(choice, ChatReply.Stop.of(StopReason.LENGTH)), out);
            }
        }
        TokenCount known = usage == null ? TokenCount.NONE : usage;
        writer.write(new ChatEvent.Used(new TokenCount(meter.inputSoFar(), Math.min(known.cachedInput(),
                meter.inputSoFar()), known.cacheWrites(), known.longCacheWrites(), meter.outputSoFar(), 0), true), out);
        writer.write(new ChatEvent.Ended(), out);
        return out.toByteArray();
    }
}
