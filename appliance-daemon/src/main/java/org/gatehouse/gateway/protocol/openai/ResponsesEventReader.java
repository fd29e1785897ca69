package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;

/**
 * Reads the events of {@code /v1/responses}. The answer is whole at {@code response.completed} or {@code .incomplete} and never
 * without one of them. Items that came without deltas are told when they are done. Confined to one thread.
 */
final class ResponsesEventReader implements EventReader {
    private static final String BETWEEN_PARTS = "\n\n";

    private final ResponsesReplyReader replies;
    private final ErrorReader errors;
    private final List<Call> calls = new ArrayList<>(2);
    /** Output indexes of items of which deltas came. */
    private final Set<Integer> told = new HashSet<>();
    private int ordinals;
    private String thoughtsKind = "";
    private int thoughtsItem = -1;
    private int thoughtsPart;
    private boolean begun;
    private boolean over;

    /** A tool call under way. */
    private static final class Call {
        private final int outputIndex;
        private final int ordinal;
        private boolean answer;
        private boolean argued;

        private Call(int outputIndex, int ordinal) {
            this.outputIndex = outputIndex;
            this.ordinal = ordinal;
        }
    }

    ResponsesEventReader(Supplier<String> callIds, ErrorReader errors) {
        this.replies = new ResponsesReplyReader(callIds);
        this.errors = errors;
    }

    @Override
    public void read(@Nullable String type, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        if (over || from >= to || data[from] == '[') {
            // Some servers close with chat's [DONE], which means nothing here.
            return;
        }
        ResponsesEvent event = new ResponsesEvent(type);
        try (JsonParser parser = JsonText.FACTORY.createParser(data, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT || !event.read(parser)) {
                throw new BrokenAnswerException("sent an event that is no object of JSON");
            }
        } catch (IOException e) {
            throw new BrokenAnswerException("sent an event of broken JSON", e);
        }
        if (event.type.equals("error") || event.type.isEmpty() && event.error) {
            over = true;
            out.accept(new ChatEvent.Failed(errors.inStream(data, from, to)));
            return;
        }
        take(event, data, from, to, out);
    }

    private void take(ResponsesEvent event, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        if (!begun && event.type.startsWith("response.") && !event.type.equals("response.queued")) {
            begun = true;
            out.accept(new ChatEvent.Begun(event.response.path("id").asText(""),
                    event.response.path("model").asText("")));
        }
        switch (event.type) {
            case "response.output_text.delta" -> words(event, new ChatEvent.Text(0, event.words), out);
            case "response.refusal.delta" -> words(event, new ChatEvent.Declined(0, event.words), out);
            case "response.reasoning_summary_text.delta" -> thoughts("summary", event, out);
            case "response.reasoning_text.delta" -> thoughts("text", event, out);
            case "response.function_call_arguments.delta" -> arguments(event, event.words, out);
            case "response.function_call_arguments.done" -> wholeArguments(event, event.whole, out);
            case "response.output_item.added" -> {
                if (event.item.path("type").asText("").equals("function_call")) {
                    call(event, out);
                }
            }
            case "response.output_item.done" -> done(event, out);
            case "response.completed", "response.incomplete" -> end(event.response, out);
            case "response.failed", "response.cancelled" -> {
                over = true;
                usage(event.response, out);
                out.accept(new ChatEvent.Failed(errors.of(200, Map.of(), event.response)));
            }
            case "keepalive", "ping" -> out.accept(new ChatEvent.Ping());
            case "response.created", "response.queued", "response.in_progress", "response.content_part.added",
                    "response.content_part.done", "response.output_text.done", "response.refusal.done",
                    "response.reasoning_summary_part.added", "response.reasoning_summary_part.done",
                    "response.reasoning_summary_text.done", "response.reasoning_text.done",
                    "response.reasoning_part.added", "response.reasoning_part.done" ->
                {
                }
            default -> out.accept(new ChatEvent.Foreign(event.type, tree(data, from, to)));
        }
    }

    private static JsonNode tree(byte[] data, int from, int to) throws BrokenAnswerException {
        try {
            return JsonText.tree(data, from, to);
        } catch (IOException e) {
            throw new BrokenAnswerException("sent an event of broken JSON", e);
        }
    }

    private void words(ResponsesEvent event, ChatEvent words, Consumer<ChatEvent> out) {
        told.add(event.outputIndex);
        if (!event.words.isEmpty()) {
            out.accept(words);
        }
    }

    /** A provider may tell an item's thoughts and their summary: whichever comes first is taken. */
    private void thoughts(String kind, ResponsesEvent event, Consumer<ChatEvent> out) {
        boolean sameItem = event.outputIndex == thoughtsItem;
        if (event.words.isEmpty() || sameItem && !kind.equals(thoughtsKind)) {
            return;
        }
        boolean nextPart = sameItem && event.partIndex != thoughtsPart;
        thoughtsKind = kind;
        thoughtsItem = event.outputIndex;
        thoughtsPart = event.partIndex;
        told.add(event.outputIndex);
        out.accept(new ChatEvent.Thought(0, nextPart ? BETWEEN_PARTS + event.words : event.words));
    }

    private void call(ResponsesEvent event, Consumer<ChatEvent> out) {
        for (Block block : replies.blocks(JsonText.NODES.arrayNode().add(event.item))) {
            told.add(event.outputIndex);
            if (block instanceof Block.ToolCall call) {
                calls.add(new Call(event.outputIndex, ordinals));
                out.accept(new ChatEvent.ToolCallBegun(0, ordinals++, call.id(), call.name(), call.signature()));
            } else {
                Call answer = new Call(event.outputIndex, -1);
                answer.answer = true;
                calls.add(answer);
            }
            String early = event.item.path("arguments").asText("");
            if (!early.isEmpty()) {
                arguments(event, early, out);
            }
        }
    }

    private void arguments(ResponsesEvent event, String words, Consumer<ChatEvent> out) {
        Call call = find(event.outputIndex);
        if (call != null && !words.isEmpty()) {
            call.argued = true;
            out.accept(
                    call.answer ? new ChatEvent.Text(0, words) : new ChatEvent.ToolArguments(0, call.ordinal, words));
        }
    }

    private void wholeArguments(ResponsesEvent event, String whole, Consumer<ChatEvent> out) {
        Call call = find(event.outputIndex);
        if (call != null && !call.argued) {
            arguments(event, whole, out);
        }
    }

    private @Nullable Call find(int outputIndex) {
        for (Call call : calls) {
            if (call.outputIndex == outputIndex) {
                return call;
            }
        }
        return null;
    }

    private void done(ResponsesEvent event, Consumer<ChatEvent> out) {
        if (told.add(event.outputIndex)) {
            tell(replies.blocks(JsonText.NODES.arrayNode().add(event.item)), out);
            return;
        }
        switch (event.item.path("type").asText("")) {
            case "function_call" -> wholeArguments(event, event.item.path("arguments").asText(""), out);
            case "reasoning" -> {
                String seal = event.item.path("encrypted_content").asText("");
                if (!seal.isEmpty()) {
                    out.accept(new ChatEvent.ThoughtSignature(0, seal));
                }
            }
            default -> {
            }
        }
    }

    private void tell(List<Block> blocks, Consumer<ChatEvent> out) {
        for (Block block : blocks) {
            switch (block) {
                case Block.Text text -> out.accept(new ChatEvent.Text(0, text.text()));
                case Block.Declined words -> out.accept(new ChatEvent.Declined(0, words.text()));
                case Block.Thinking thinking -> {
                    if (!thinking.text().isEmpty()) {
                        out.accept(new ChatEvent.Thought(0, thinking.text()));
                    }
                    if (thinking.signature() != null) {
                        out.accept(new ChatEvent.ThoughtSignature(0, thinking.signature()));
                    }
                }
                case Block.RedactedThinking redacted -> out.accept(new ChatEvent.RedactedThought(0, redacted.data()));
                case Block.ToolCall call -> {
                    out.accept(new ChatEvent.ToolCallBegun(0, ordinals, call.id(), call.name(), call.signature()));
                    out.accept(new ChatEvent.ToolArguments(0, ordinals++, call.arguments()));
                }
                case Block.Foreign foreign -> out.accept(new ChatEvent.Foreign(foreign.type(), foreign.json()));
                case Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _ -> {
                }
            }
        }
    }

    private void end(JsonNode response, Consumer<ChatEvent> out) {
        over = true;
        if (told.isEmpty()) {
            tell(replies.blocks(response.path("output")), out);
        }
        usage(response, out);
        Stop stop = ResponsesReplyReader.stop(response, ordinals > 0);
        out.accept(new ChatEvent.Stopped(0, stop));
        out.accept(new ChatEvent.Ended());
    }

    private static void usage(JsonNode response, Consumer<ChatEvent> out) {
        TokenCount usage = UsageFields.read(response.path("usage"));
        if (usage != null) {
            out.accept(new ChatEvent.Used(usage, true));
        }
    }

    /** A stream without its last event was cut off. */
    @Override
    public void end(Consumer<ChatEvent> out) {
        over = true;
    }
}
