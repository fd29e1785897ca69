package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;

/**
 * One choice of a stream. Tells which tool call a delta belongs to where servers leave the index out, repeat the id, or give
 * all calls the same index. Confined to one thread.
 */
final class ChoiceReader {
    private final int index;
    private final Supplier<String> callIds;
    private final List<Call> calls = new ArrayList<>(2);
    private int callsBegun;
    private boolean answersBySchema;
    private boolean begun;
    private boolean stopped;

    /** A call as far as it is known. */
    private static final class Call {
        private final int index;
        private String id;
        private String name = "";
        private @Nullable String seal;
        private int ordinal = -1;
        private boolean answer;
        private String early = "";

        private Call(int index, String id) {
            this.index = index;
            this.id = id;
        }
    }

    ChoiceReader(int index, Supplier<String> callIds) {
        this.index = index;
        this.callIds = callIds;
    }

    /** Whether a chunk spoke of it. */
    boolean begun() {
        return begun;
    }

    boolean stopped() {
        return stopped;
    }

    /** Takes a chunk's words; gives an error when the server says that it broke off. */
    @Nullable
    ProviderError take(ChoiceDelta delta, List<ChatEvent> steps) {
        begun = true;
        if (stopped) {
            return null;
        }
        thoughts(delta, steps);
        if (!delta.content.isEmpty()) {
            steps.add(new ChatEvent.Text(index, delta.content));
        }
        if (!delta.refusal.isEmpty()) {
            steps.add(new ChatEvent.Declined(index, delta.refusal));
        }
        for (ChoiceDelta.CallDelta call : delta.calls) {
            call(call, steps);
        }
        String finish = delta.finish;
        if (FinishReasons.isFailure(finish)) {
            ProviderError.Cause cause = "insufficient_system_resource".equals(finish)
                    ? ProviderError.Cause.OVERLOADED
                    : ProviderError.Cause.SERVER_ERROR;
            return new ProviderError(cause, ErrorCauses.statusOf(cause),
                    "The provider broke off its answer: " + finish + ".", finish, null, null);
        }
        if (finish != null) {
            stop(FinishReasons.read(finish, delta.stopString, delta.original, callsBegun > 0), steps);
        }
        return null;
    }

    private void thoughts(ChoiceDelta delta, List<ChatEvent> steps) {
        String thoughts = delta.thoughts();
        if (!thoughts.isEmpty()) {
            steps.add(new ChatEvent.Thought(index, thoughts));
        }
        for (Block block : delta.details()) {
            if (block instanceof Block.Thinking thinking) {
                if (thoughts.isEmpty() && !thinking.text().isEmpty()) {
                    steps.add(new ChatEvent.Thought(index, thinking.text()));
                }
                if (thinking.signature() != null) {
                    steps.add(new ChatEvent.ThoughtSignature(index, thinking.signature()));
                }
            } else if (block instanceof Block.RedactedThinking redacted) {
                steps.add(new ChatEvent.RedactedThought(index, redacted.data()));
            }
        }
    }

    private void call(ChoiceDelta.CallDelta delta, List<ChatEvent> steps) {
        Call call = find(delta);
        if (call == null) {
            call = new Call(delta.index(), delta.id());
            calls.add(call);
        }
        if (call.id.isEmpty()) {
            call.id = delta.id();
        }
        if (call.name.isEmpty()) {
            call.name = delta.name();
        }
        call.seal = delta.seal() == null ? call.seal : delta.seal();
        if (call.ordinal < 0 && !call.answer) {
            if (call.name.isEmpty()) {
                // The name is still to come, and nothing can be told without it.
                call.early += delta.arguments();
                return;
            }
            begin(call, steps);
        }
        String arguments = call.early + delta.arguments();
        call.early = "";
        if (!arguments.isEmpty()) {
            steps.add(call.answer
                    ? new ChatEvent.Text(index, arguments)
                    : new ChatEvent.ToolArguments(index, call.ordinal, arguments));
        }
    }

    private void begin(Call call, List<ChatEvent> steps) {
        if (call.name.equals(ChatRequestWriter.ANSWER_TOOL)) {
            call.answer = true;
            answersBySchema = true;
            return;
        }
        call.ordinal = callsBegun++;
        String id = call.id.isEmpty() ? callIds.get() : call.id;
        steps.add(new ChatEvent.ToolCallBegun(index, call.ordinal, id, call.name, call.seal));
    }

    private @Nullable Call find(ChoiceDelta.CallDelta delta) {
        boolean named = !delta.name().isEmpty();
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call call = calls.get(i);
            boolean sameId = delta.id().isEmpty() || call.id.isEmpty() || delta.id().equals(call.id);
            if (delta.index() >= 0) {
                if (delta.index() == call.index) {
                    // Another id and a name at a known index begin another call; another id alone is only noise.
                    return sameId || !named ? call : null;
                }
            } else if (!delta.id().isEmpty() && delta.id().equals(call.id)) {
                return call;
            } else if (delta.id().isEmpty() && !(named && !call.name.isEmpty())) {
                return call;
            }
        }
        return null;
    }

    private void stop(Stop stop, List<ChatEvent> steps) {
        stopped = true;
        boolean answered = answersBySchema && callsBegun == 0 && stop.reason() == StopReason.TOOL_CALLS;
        steps.add(new ChatEvent.Stopped(index,
                answered ? new Stop(StopReason.END, null, stop.nativeReason()) : stop));
    }

    /** The stream ended in good form without a word on why this choice did. */
    void close(List<ChatEvent> steps) {
        if (begun && !stopped) {
            stop(FinishReasons.read(null, null, null, callsBegun > 0), steps);
        }
    }
}
