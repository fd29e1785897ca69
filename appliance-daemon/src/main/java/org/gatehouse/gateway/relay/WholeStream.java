package org.gatehouse.gateway.relay;

import org.gatehouse.gateway.upstream.http.UpstreamFailureException;

/** A stream of events that is over, for somebody who reads it again. Stateless. */
public final class WholeStream {
    private WholeStream() {}

    /** Takes the data of one event. */
    @FunctionalInterface
    public interface Taker<E extends Exception> {

        /**
         * One event that has data.
         *
         * @param data where it stands
         * @param from its first byte
         * @param to behind its last byte
         */
        void take(byte[] data, int from, int to) throws E;
    }

    /** Reads every event of the stream. */
    public static <E extends Exception> void read(byte[] stream, Taker<E> taker) throws E {
        SseSplitter splitter = new SseSplitter(Integer.MAX_VALUE);
        int[] at = {0};
        SseSplitter.Source source = (target, offset, length) -> {
            int count = Math.min(length, stream.length - at[0]);
            System.arraycopy(stream, at[0], target, offset, count);
            at[0] += count;
            return count == 0 ? -1 : count;
        };
        try {
            while (splitter.fill(source)) {
                for (SseSplitter.Event event = splitter.next(); event != null; event = splitter.next()) {
                    EventData data = EventData.of(event);
                    if (!data.isEmpty()) {
                        taker.take(data.bytes(), data.from(), data.to());
                    }
                }
            }
        } catch (UpstreamFailureException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
    }
}
