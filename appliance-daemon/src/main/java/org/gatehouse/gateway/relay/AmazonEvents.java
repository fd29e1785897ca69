package org.gatehouse.gateway.relay;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.converse.EventStreamSplitter;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;

/** Streams of {@code application/vnd.amazon.eventstream}: an event is a frame's payload, its type the frame's. */
final class AmazonEvents implements EventCutter {
    private static final int READ_BYTES = 8192;

    private final EventStreamSplitter splitter;
    private final byte[] read = new byte[READ_BYTES];

    AmazonEvents(int maxEventBytes) {
        this.splitter = new EventStreamSplitter(maxEventBytes);
    }

    @Override
    public boolean fill(Source source) throws UpstreamFailureException {
        int count = source.read(read, 0, read.length);
        if (count > 0) {
            splitter.feed(read, 0, count);
        }
        return count >= 0;
    }

    @Override
    public @Nullable Event next() throws BrokenAnswerException {
        EventStreamSplitter.Message message = splitter.next();
        return message == null
                ? null
                : new Event(message.data(), 0, message.data().length, type(message));
    }

    /** What failed must be seen to have failed, though the code of a broken connection can be any word. */
    private static String type(EventStreamSplitter.Message message) {
        String type = message.type();
        String folded = type.toLowerCase(Locale.ROOT);
        return !message.failed() || folded.endsWith("exception") || folded.endsWith("error") ? type : type + "Error";
    }

    /** A frame that is too large tells so by its own length, before it is read. */
    @Override
    public boolean tooLarge() {
        return false;
    }

    @Override
    public @Nullable Event rest() throws BrokenAnswerException {
        if (splitter.inside()) {
            throw new BrokenAnswerException("ended its answer in the middle of an event");
        }
        return null;
    }
}
