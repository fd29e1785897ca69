package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;

import static org.gatehouse.gateway.protocol.openai.EventText.bytes;

/** An item of a response that is being streamed: opens, grows and closes in the protocol's grammar. Confined to one thread. */
abstract sealed class StreamedItem {
    private static final byte[] DELTA = bytes(",\"delta\":");
    private static final byte[] NO_LOGPROBS = bytes(",\"logprobs\":[]");

    final String id;
    private final int index;
    /** {@code "item_id"} and {@code "output_index"}, as all its events bear them. */
    final byte[] place;
    private String status = "in_progress";

    private StreamedItem(String id, int index) {
        this.id = id;
        this.index = index;
        this.place = bytes(",\"item_id\":\"" + id + "\",\"output_index\":" + index);
    }

    /** The item as far as it is. */
    abstract ResponsesOutput output();

    /** Closes what is open in it. */
    abstract void finish(ResponsesStream stream, ByteArrayOutputStream out);

    String status() {
        return status.equals("in_progress") ? "incomplete" : status;
    }

    final void open(ResponsesStream stream, ByteArrayOutputStream out) {
        item("response.output_item.added", "in_progress", stream, out);
    }

    final void close(String last, ResponsesStream stream, ByteArrayOutputStream out) {
        finish(stream, out);
        status = last;
        item("response.output_item.done", last, stream, out);
    }

    private void item(String type, String shown, ResponsesStream stream, ByteArrayOutputStream out) {
        ResponsesOutput output = output();
        stream.event(type, bytes(",\"output_index\":" + index), "item", json -> output.write(json, shown), out);
    }

    private static void delta(byte[] type, byte[] place, String words, ResponsesStream stream,
            ByteArrayOutputStream out) {
        stream.begin(type, out);
        out.writeBytes(place);
        out.writeBytes(DELTA);
        EventText.quoted(words, out);
    }

    private static void done(String type, byte[] place, String field, String text, ResponsesStream stream,
            ByteArrayOutputStream out) {
        stream.begin(bytes(type), out);
        out.writeBytes(place);
        out.writeBytes(bytes(",\"" + field + "\":"));
        EventText.quoted(text, out);
    }

    /** Words, and words of declining, each in a part of its own. */
    static final class Message extends StreamedItem {
        private static final byte[] TEXT_DELTA = bytes("response.output_text.delta");
        private static final byte[] REFUSAL_DELTA = bytes("response.refusal.delta");

        private final List<ResponsesOutput.Part> parts = new ArrayList<>(1);
        private final StringBuilder text = new StringBuilder();
        private byte[] partPlace = new byte[0];
        private boolean open;
        private boolean declines;

        Message(String id, int index) {
            super(id, index);
        }

        void words(String words, boolean declined, ResponsesStream stream, ByteArrayOutputStream out) {
            if (!open || declines != declined) {
                finish(stream, out);
                open = true;
                declines = declined;
                partPlace = concat(place, ",\"content_index\":" + parts.size());
                stream.event("response.content_part.added", partPlace, "part",
                        new ResponsesOutput.Part("", declined)::write, out);
            }
            text.append(words);
            delta(declined ? REFUSAL_DELTA : TEXT_DELTA, partPlace, words, stream, out);
            if (!declined) {
                out.writeBytes(NO_LOGPROBS);
            }
            stream.end(out);
        }

        @Override
        void finish(ResponsesStream stream, ByteArrayOutputStream out) {
            if (!open) {
                return;
            }
            ResponsesOutput.Part part = new ResponsesOutput.Part(text.toString(), declines);
            done(declines ? "response.refusal.done" : "response.output_text.done", partPlace,
                    declines ? "refusal" : "text", part.text(), stream, out);
            if (!declines) {
                out.writeBytes(NO_LOGPROBS);
            }
            stream.end(out);
            stream.event("response.content_part.done", partPlace, "part", part::write, out);
            parts.add(part);
            text.setLength(0);
            open = false;
        }

        @Override
        ResponsesOutput output() {
            List<ResponsesOutput.Part> all = new ArrayList<>(parts);
            if (open) {
                all.add(new ResponsesOutput.Part(text.toString(), declines));
            }
            return new ResponsesOutput.Message(id, all);
        }
    }

    /** Thoughts, told as a summary of one part. */
    static final class Thoughts extends StreamedItem {
        private static final byte[] SUMMARY_DELTA = bytes("response.reasoning_summary_text.delta");

        private final StringBuilder text = new StringBuilder();
        private final byte[] partPlace;
        private @Nullable String seal;

        Thoughts(String id, int index) {
            super(id, index);
            this.partPlace = concat(place, ",\"summary_index\":0");
        }

        void words(String words, ResponsesStream stream, ByteArrayOutputStream out) {
            if (text.isEmpty()) {
                stream.event("response.reasoning_summary_part.added", partPlace, "part",
                        json -> ResponsesOutput.writeSummary(json, ""), out);
            }
            text.append(words);
            delta(SUMMARY_DELTA, partPlace, words, stream, out);
            stream.end(out);
        }

        void seal(String sealed) {
            seal = sealed;
        }

        @Override
        void finish(ResponsesStream stream, ByteArrayOutputStream out) {
            if (text.isEmpty()) {
                return;
            }
            String whole = text.toString();
            done("response.reasoning_summary_text.done", partPlace, "text", whole, stream, out);
            stream.end(out);
            stream.event("response.reasoning_summary_part.done", partPlace, "part",
                    json -> ResponsesOutput.writeSummary(json, whole), out);
        }

        @Override
        ResponsesOutput output() {
            return new ResponsesOutput.Reasoning(id, text.toString(), seal);
        }
    }

    /** A tool call. One without arguments gets {@code {}}: clients parse what they put together. */
    static final class Call extends StreamedItem {
        private static final byte[] ARGUMENTS_DELTA = bytes("response.function_call_arguments.delta");

        private final ChatEvent.ToolCallBegun call;
        private final StringBuilder arguments = new StringBuilder();

        Call(String id, int index, ChatEvent.ToolCallBegun call) {
            super(id, index);
            this.call = call;
        }

        /** Which of the answer's calls it is. */
        int number() {
            return call.call();
        }

        void arguments(String json, ResponsesStream stream, ByteArrayOutputStream out) {
            arguments.append(json);
            delta(ARGUMENTS_DELTA, place, json, stream, out);
            stream.end(out);
        }

        @Override
        void finish(ResponsesStream stream, ByteArrayOutputStream out) {
            if (arguments.isEmpty()) {
                arguments(Arguments.NONE, stream, out);
            }
            done("response.function_call_arguments.done", place, "arguments", arguments.toString(), stream, out);
            out.writeBytes(bytes(",\"name\":"));
            EventText.quoted(call.name(), out);
            stream.end(out);
        }

        @Override
        ResponsesOutput output() {
            return new ResponsesOutput.Call(id, call.id(), call.name(), arguments.toString(), call.signature());
        }
    }

    private static byte[] concat(byte[] first, String second) {
        byte[] rest = bytes(second);
        byte[] both = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, both, first.length, rest.length);
        return both;
    }
}
