package org.gatehouse.gateway.protocol.anthropic;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Choice;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;

/** Reads a whole answer. */
final class ReplyReader {

    private ReplyReader() {}

    static ChatReply read(byte[] body) throws BrokenAnswerException {
        JsonNode tree = Trees.treeIn(body);
        if (tree == null || !tree.isObject()) {
            throw new BrokenAnswerException("sent no JSON object");
        }
        if (Trees.field(tree, "error") != null) {
            throw new BrokenAnswerException("sent an error with a good status");
        }
        JsonNode content = tree.get("content");
        if (content == null || !content.isArray()) {
            throw new BrokenAnswerException("sent an answer without content");
        }
        List<Block> blocks = new ArrayList<>(content.size());
        boolean calls = false;
        boolean answered = false;
        for (JsonNode block : content) {
            Block one = block(block);
            blocks.add(one);
            calls |= one instanceof Block.ToolCall;
            answered |= one instanceof Block.Text && Trees.text(block, "type").equals("tool_use");
        }
        return new ChatReply(Trees.text(tree, "id"), Trees.text(tree, "model"),
                List.of(new Choice(blocks, stop(Trees.text(tree, "stop_reason"), sequence(tree), calls, answered))),
                usage(tree));
    }

    private static Block block(JsonNode block) throws BrokenAnswerException {
        return switch (Trees.text(block, "type")) {
            case "text" -> new Block.Text(Trees.text(block, "text"));
            case "tool_use" -> {
                String name = Trees.text(block, "name");
                if (name.isEmpty()) {
                    throw new BrokenAnswerException("called a tool without a name");
                }
                String arguments = BlockReader.input(block);
                yield AnswerTool.is(name)
                        ? new Block.Text(AnswerTool.answer(name, arguments))
                        : new Block.ToolCall(Trees.text(block, "id"), ToolNames.read(name), arguments, null, null);
            }
            case "thinking", "redacted_thinking" -> BlockReader.thoughts(block);
            case "" -> throw new BrokenAnswerException("sent a block without a type");
            default -> new Block.Foreign(Trees.text(block, "type"), block);
        };
    }

    /**
     * How it ended.
     *
     * @param calls whether a tool of the client's is called
     * @param answered whether the answer came by the {@link AnswerTool}: the call is none then
     */
    static Stop stop(String reason, @Nullable String sequence, boolean calls, boolean answered) {
        StopReason read = reason.isEmpty()
                ? calls ? StopReason.TOOL_CALLS : StopReason.END
                : StopReasons.read(reason);
        if (read == StopReason.TOOL_CALLS && answered && !calls) {
            return new Stop(StopReason.END, null, "end_turn");
        }
        return new Stop(read, sequence, reason.isEmpty() ? null : reason);
    }

    private static @Nullable String sequence(JsonNode tree) {
        JsonNode sequence = Trees.field(tree, "stop_sequence");
        return sequence == null || !sequence.isTextual() ? null : sequence.textValue();
    }

    private static @Nullable TokenCount usage(JsonNode tree) {
        JsonNode report = Trees.field(tree, "usage");
        if (report == null || !report.isObject()) {
            return null;
        }
        Usage usage = new Usage();
        usage.set(report);
        return usage.count();
    }
}
