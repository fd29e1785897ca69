package org.gatehouse.gateway.protocol.anthropic;

import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Writes a request for Anthropic: first what the answer may be, then the conversation, then the tools. */
final class RequestWriter {
    /** The service's own limit on the length of a user's name. */
    private static final int LONGEST_USER = 256;

    private final ChatRequest request;
    private final Terms terms;
    private final Losses losses;
    private final ObjectNode out = Trees.object();

    private RequestWriter(ChatRequest request, Terms terms, Losses losses) {
        this.request = request;
        this.terms = terms;
        this.losses = losses;
    }

    static byte[] write(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        if (request.choices() > 1) {
            throw new UntranslatableException("n",
                    "The chosen model gives one answer to a request; " + request.choices()
                            + " were asked for. Send n=1, or the request several times.");
        }
        return Trees.bytes(new RequestWriter(request, terms, losses).write());
    }

    private ObjectNode write() throws UntranslatableException {
        long most = mostOutput();
        out.put("model", terms.model());
        out.put("max_tokens", most);
        Conversation conversation = Conversation.of(request, terms, losses);
        if (!conversation.system().isEmpty()) {
            out.set("system", conversation.system());
        }
        out.set("messages", conversation.messages());
        ToolSection tools = ToolSection.of(request, terms, conversation.namesCalled(), losses);
        if (!tools.tools().isEmpty()) {
            out.set("tools", tools.tools());
            if (tools.choice() != null) {
                out.set("tool_choice", tools.choice());
            }
        }
        boolean thinks = Thoughts.write(request, terms, most, tools.forced(), conversation.continuesWithoutThoughts(),
                out, losses);
        if (tools.nativeFormat() != null) {
            Thoughts.outputConfig(out).set("format", tools.nativeFormat());
        }
        sampling(request.sampling(), thinks);
        stop(request.stop());
        endUser(request.endUser());
        if (request.streamed()) {
            out.put("stream", true);
        }
        CacheMarks.limit(out, losses);
        losses.dropped(request.foreign().keySet());
        return out;
    }

    private long mostOutput() {
        Long asked = request.maxOutputTokens();
        long most = asked == null ? terms.usualOutput() : asked;
        Long cap = terms.outputCap();
        return Math.max(1, cap == null ? most : Math.min(most, cap));
    }

    private void sampling(Sampling sampling, boolean thinks) {
        Double temperature = sampling.temperature();
        double highest = Math.min(1, terms.highestTemperature());
        if (temperature != null && temperature > highest) {
            temperature = highest;
            losses.say("temperature lowered to " + highest + ": the provider takes no more");
        }
        Double topP = sampling.topP();
        Integer topK = sampling.topK();
        if (thinks) {
            // Extended thinking goes with temperature 1, top_p from 0.95 and no top_k only.
            temperature = kept("temperature", temperature, temperature == null || temperature == 1);
            topP = kept("top_p", topP, topP == null || topP >= 0.95);
            topK = kept("top_k", topK, topK == null);
        }
        if (temperature != null && topP != null) {
            // Claude Opus 4.1 and later take one of the two.
            topP = null;
            losses.say("top_p dropped: the provider takes it or temperature but not both");
        }
        if (temperature != null) {
            out.put("temperature", temperature);
        }
        if (topP != null) {
            out.put("top_p", topP);
        }
        if (topK != null) {
            out.put("top_k", topK);
        }
        unknown("frequency_penalty", sampling.frequencyPenalty());
        unknown("presence_penalty", sampling.presencePenalty());
        unknown("seed", sampling.seed());
    }

    private <T> @Nullable T kept(String name, @Nullable T value, boolean fits) {
        if (!fits) {
            losses.say(name + " dropped: it does not go with thinking");
        }
        return fits ? value : null;
    }

    private void unknown(String name, @Nullable Number value) {
        if (value != null && value.doubleValue() != 0) {
            losses.say(name + " dropped: not known to this provider");
        }
    }

    private void stop(List<String> stop) {
        ArrayNode sequences = out.arrayNode();
        for (String one : stop) {
            if (one.isBlank()) {
                losses.say("a blank stop string dropped: the provider takes none");
            } else {
                sequences.add(one);
            }
        }
        if (!sequences.isEmpty()) {
            out.set("stop_sequences", sequences);
        }
    }

    private void endUser(@Nullable String user) {
        if (user == null || user.isEmpty()) {
            return;
        }
        if (user.length() > LONGEST_USER) {
            losses.say("the end user's name dropped: it is longer than " + LONGEST_USER + " characters");
            return;
        }
        out.putObject("metadata").put("user_id", user);
    }
}
