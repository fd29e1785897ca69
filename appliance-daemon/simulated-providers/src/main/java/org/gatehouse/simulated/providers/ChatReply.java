package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Writes answers as chat completions, with each provider's spellings. Belongs to one call. */
final class ChatReply {
    private final Simulation simulation;
    private final ChatRequest request;
    private final ChatFlavor flavor;
    private final Answer answer;
    private final String id;
    private final long created;

    ChatReply(Simulation simulation, ChatRequest request) {
        this.simulation = simulation;
        this.request = request;
        flavor = request.flavor();
        answer = simulation.composer().compose(request.ask());
        id = flavor == ChatFlavor.MISTRAL
                ? simulation.ids().hex("", 32)
                : flavor == ChatFlavor.DEEPSEEK ? simulation.ids().uuid() : simulation.ids().next("chatcmpl-", 29);
        created = simulation.seconds();
    }

    Reply reply() {
        Bill bill = new Bill(request.model(), request.prompt().tokens(), outputTokens());
        return request.streamed()
                ? new Reply.Streamed("text/event-stream; charset=utf-8", frames(), bill)
                : Reply.Whole.json(whole(), bill);
    }

    private int outputTokens() {
        return answer.outputTokens() * request.choices();
    }

    private ObjectNode whole() {
        ObjectNode reply = head("chat.completion");
        ArrayNode choices = reply.putArray("choices");
        for (int i = 0; i < request.choices(); i++) {
            ObjectNode choice = choices.addObject().put("index", i);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            message.put("content", answer.text().isEmpty() && !answer.calls().isEmpty()
                    && flavor != ChatFlavor.MISTRAL ? null : answer.wholeText());
            if (showsThoughts()) {
                message.put("reasoning_content", answer.thought());
            }
            if (flavor == ChatFlavor.OPENAI || flavor == ChatFlavor.AZURE) {
                message.putNull("refusal");
                message.putArray("annotations");
            }
            if (!answer.calls().isEmpty()) {
                ArrayNode calls = message.putArray("tool_calls");
                for (Answer.Call call : answer.calls()) {
                    calls.add(call(call, call.json(), calls.size()));
                }
            }
            choice.putNull("logprobs").put("finish_reason", finish());
            filterResults(choice);
        }
        reply.set("usage", usage());
        promptFilter(reply);
        return reply;
    }

    private ObjectNode head(String object) {
        ObjectNode head = Json.object().put("id", id).put("object", object).put("created", created).put("model",
                request.model());
        return switch (flavor) {
            case OPENAI -> head.put("service_tier", "default").put("system_fingerprint", "fp_simulated");
            case AZURE, DEEPSEEK -> head.put("system_fingerprint", "fp_simulated");
            case MISTRAL -> head;
            case DASHSCOPE -> head.putNull("system_fingerprint");
        };
    }

    private ObjectNode call(Answer.Call call, String arguments, int index) {
        ObjectNode json = Json.object();
        if (request.streamed() || flavor != ChatFlavor.OPENAI && flavor != ChatFlavor.AZURE) {
            json.put("index", index);
        }
        json.put("id", flavor == ChatFlavor.MISTRAL
                ? simulation.ids().next("", 9)
                : simulation.ids().next("call_", 24));
        json.put("type", "function").putObject("function").put("name", call.name()).put("arguments", arguments);
        return json;
    }

    private List<Frame> frames() {
        List<Frame> frames = new ArrayList<>();
        if (flavor == ChatFlavor.AZURE) {
            ObjectNode first = Json.object().put("id", "").put("object", "").put("created", 0).put("model", "");
            first.putArray("choices");
            promptFilter(first);
            frames.add(Frame.opening("data: " + Json.text(first) + "\n\n"));
        }
        if (flavor == ChatFlavor.DEEPSEEK) {
            frames.add(Frame.opening(": keep-alive\n\n"));
        }
        for (int i = 0; i < request.choices(); i++) {
            choice(frames, i);
        }
        boolean inLast = flavor == ChatFlavor.MISTRAL || flavor == ChatFlavor.DEEPSEEK;
        if (request.usageChunk() && !inLast) {
            ObjectNode report = head("chat.completion.chunk");
            report.putArray("choices");
            report.set("usage", usage());
            frames.add(Frame.closing("data: " + Json.text(report) + "\n\n"));
        }
        frames.add(Frame.closing("data: [DONE]\n\n"));
        return frames;
    }

    private void choice(List<Frame> frames, int index) {
        ObjectNode role = Json.object().put("role", "assistant").put("content", "");
        if (flavor == ChatFlavor.OPENAI) {
            role.putNull("refusal");
        }
        frames.add(Frame.opening(chunk(index, role, null)));
        if (showsThoughts()) {
            for (String token : answer.thoughts()) {
                frames.add(Frame.content(chunk(index, Json.object().putNull("content").put("reasoning_content", token),
                        null), 1));
            }
        } else if (!answer.thoughts().isEmpty()) {
            // Hidden thoughts cost tokens before anything shows.
            frames.add(Frame.content(": thinking\n\n", answer.thoughts().size()));
        }
        for (String token : answer.text()) {
            frames.add(Frame.content(chunk(index, Json.object().put("content", token), null), 1));
        }
        for (int i = 0; i < answer.calls().size(); i++) {
            calls(frames, index, i, answer.calls().get(i));
        }
        frames.add(Frame.closing(chunk(index, flavor == ChatFlavor.MISTRAL || flavor == ChatFlavor.DEEPSEEK
                ? Json.object().put("content", "")
                : Json.object(), finish())));
    }

    private void calls(List<Frame> frames, int choice, int index, Answer.Call call) {
        if (flavor == ChatFlavor.MISTRAL) {
            // Mistral sends a call whole.
            ObjectNode delta = Json.object().put("content", "");
            delta.putArray("tool_calls").add(call(call, call.json(), index));
            frames.add(Frame.content(chunk(choice, delta, null), call.arguments().size()));
            return;
        }
        ObjectNode first = Json.object();
        first.putArray("tool_calls").add(call(call, "", index));
        frames.add(Frame.opening(chunk(choice, first, null)));
        for (String token : call.arguments()) {
            ObjectNode delta = Json.object();
            ObjectNode part = delta.putArray("tool_calls").addObject().put("index", index);
            if (flavor == ChatFlavor.DASHSCOPE) {
                part.put("id", "").put("type", "function");
            }
            part.putObject("function").put("arguments", token);
            frames.add(Frame.content(chunk(choice, delta, null), 1));
        }
    }

    private String chunk(int index, ObjectNode delta, @Nullable String finish) {
        ObjectNode chunk = head("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
        choice.set("delta", delta);
        choice.putNull("logprobs").put("finish_reason", finish);
        if (flavor == ChatFlavor.AZURE) {
            choice.set("content_filter_results", finish == null && delta.path("content").asText("").isEmpty()
                    ? Json.object()
                    : ContentFilter.results(answer.finish() == Answer.Finish.FILTER));
        }
        boolean lastOfAll = finish != null && index == request.choices() - 1;
        if (lastOfAll && (flavor == ChatFlavor.MISTRAL || flavor == ChatFlavor.DEEPSEEK)) {
            chunk.set("usage", usage());
        } else if (request.usageChunk() && flavor != ChatFlavor.MISTRAL) {
            chunk.putNull("usage");
        }
        return "data: " + Json.text(chunk) + "\n\n";
    }

    private boolean showsThoughts() {
        return flavor.showsThoughts() && !answer.thoughts().isEmpty();
    }

    private void filterResults(ObjectNode choice) {
        if (flavor == ChatFlavor.AZURE) {
            choice.set("content_filter_results", ContentFilter.results(answer.finish() == Answer.Finish.FILTER));
        }
    }

    private void promptFilter(ObjectNode reply) {
        if (flavor == ChatFlavor.AZURE) {
            reply.putArray("prompt_filter_results").addObject().put("prompt_index", 0).set("content_filter_results",
                    ContentFilter.results(false));
        }
    }

    private ObjectNode usage() {
        int input = request.prompt().tokens();
        int cached = Math.min(input, request.ask().directive().count("cached", 0));
        int thoughts = answer.thoughts().size() * request.choices();
        ObjectNode usage = Json.object().put("prompt_tokens", input).put("completion_tokens", outputTokens())
                .put("total_tokens", input + outputTokens());
        switch (flavor) {
            case OPENAI, AZURE -> {
                usage.putObject("prompt_tokens_details").put("cached_tokens", cached).put("audio_tokens", 0);
                usage.putObject("completion_tokens_details").put("reasoning_tokens", thoughts).put("audio_tokens", 0)
                        .put("accepted_prediction_tokens", 0).put("rejected_prediction_tokens", 0);
            }
            case DEEPSEEK -> {
                usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
                usage.put("prompt_cache_hit_tokens", cached).put("prompt_cache_miss_tokens", input - cached);
                if (thoughts > 0) {
                    usage.putObject("completion_tokens_details").put("reasoning_tokens", thoughts);
                }
            }
            case DASHSCOPE -> {
                usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
                if (thoughts > 0) {
                    usage.putObject("completion_tokens_details").put("reasoning_tokens", thoughts)
                            .put("text_tokens", outputTokens() - thoughts);
                }
            }
            case MISTRAL -> {
                // Mistral tells the three totals alone.
            }
        }
        return usage;
    }

    private String finish() {
        String literal = answer.literal();
        if (literal != null) {
            return literal;
        }
        return switch (answer.finish()) {
            case STOP, STOP_STRING -> "stop";
            case LENGTH -> "length";
            case TOOL -> "tool_calls";
            case FILTER -> flavor == ChatFlavor.MISTRAL ? "error" : "content_filter";
        };
    }
}
