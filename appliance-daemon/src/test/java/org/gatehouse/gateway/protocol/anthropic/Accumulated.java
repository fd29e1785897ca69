package org.gatehouse.gateway.protocol.anthropic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.gatehouse.gateway.canonical.ChatEvent;

/** What the events of a stream add up to: one line a block, in the order in which the blocks began. */
final class Accumulated {
    private final List<StringBuilder> blocks = new ArrayList<>();
    private final Map<Integer, StringBuilder> calls = new HashMap<>();
    private String kind = "";

    private Accumulated() {}

    static List<String> of(List<? extends ChatEvent> events) {
        Accumulated all = new Accumulated();
        events.forEach(all::take);
        return all.blocks.stream().map(StringBuilder::toString)
                .map(block -> block.matches("call \\w+ ") ? block + "{}" : block)
                .toList();
    }

    private void take(ChatEvent event) {
        switch (event) {
            case ChatEvent.Text text -> block("text").append(text.text());
            case ChatEvent.Declined text -> block("text").append(text.text());
            case ChatEvent.Thought thought -> block("thought").append(thought.text());
            case ChatEvent.ThoughtSignature seal -> {
                block("thought").append(' ').append(seal.signature());
                kind = "";
            }
            case ChatEvent.RedactedThought hidden -> block("hidden").append(hidden.data());
            case ChatEvent.ToolCallBegun call -> {
                kind = "";
                calls.put(call.call(), block("call").append(call.name()).append(' '));
            }
            case ChatEvent.ToolArguments arguments ->
                java.util.Objects.requireNonNull(calls.get(arguments.call()), "a call that began")
                        .append(arguments.json());
            case ChatEvent.Begun _,ChatEvent.Stopped _,ChatEvent.Used _,ChatEvent.Ping _,ChatEvent.Foreign _,ChatEvent.Failed _,ChatEvent.Ended _ -> {
                // No content.
            }
        }
    }

    private StringBuilder block(String of) {
        if (!kind.equals(of) || of.equals("hidden")) {
            kind = of;
            blocks.add(new StringBuilder(of + " "));
        }
        return blocks.getLast();
    }
}
