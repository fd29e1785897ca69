package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes answers as OpenAI's Responses API does: an object, or the events that build it. Belongs to one call. */
final class ResponsesReply {
    private final Simulation simulation;
    private final ResponsesRequest request;
    private final Answer answer;
    private final String id;
    private final List<ObjectNode> items = new ArrayList<>();
    private final List<String> openCalls = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private int sequence;

    ResponsesReply(Simulation simulation, ResponsesRequest request) {
        this.simulation = simulation;
        this.request = request;
        answer = simulation.composer().compose(request.ask());
        id = simulation.ids().hex("resp_", 48);
    }

    Reply reply(StoredResponses stored) {
        Bill bill = new Bill(request.model(), request.prompt().tokens(), answer.outputTokens());
        boolean streamed = request.streamed();
        if (streamed) {
            frames.add(Frame.opening(event("response.created", response("in_progress"))));
            frames.add(Frame.opening(event("response.in_progress", response("in_progress"))));
        }
        reasoning();
        message();
        answer.calls().forEach(this::call);
        boolean cut = answer.finish() == Answer.Finish.LENGTH || answer.finish() == Answer.Finish.FILTER;
        ObjectNode whole = response(cut ? "incomplete" : "completed");
        if (request.stored()) {
            stored.keep(id, new StoredResponses.Stored(whole, Json.text(request.fields().need("input"))
                    + answer.wholeText(), List.copyOf(openCalls)));
        }
        if (!streamed) {
            return Reply.Whole.json(whole, bill);
        }
        frames.add(Frame.closing(event(cut ? "response.incomplete" : "response.completed", whole)));
        return new Reply.Streamed("text/event-stream; charset=utf-8", frames, bill);
    }

    private ObjectNode response(String status) {
        boolean ended = !status.equals("in_progress");
        ObjectNode response = Json.object().put("id", id).put("object", "response").put("created_at",
                simulation.seconds()).put("status", status).put("background", false).putNull("error");
        if (status.equals("incomplete")) {
            response.putObject("incomplete_details").put("reason",
                    answer.finish() == Answer.Finish.FILTER ? "content_filter" : "max_output_tokens");
        } else {
            response.putNull("incomplete_details");
        }
        copy(response, "instructions");
        copy(response, "max_output_tokens");
        response.put("model", request.model());
        ArrayNode output = response.putArray("output");
        if (ended) {
            items.forEach(output::add);
        }
        response.put("parallel_tool_calls", request.fields().flag("parallel_tool_calls", true))
                .put("previous_response_id", request.previous());
        JsonNode reasoning = request.fields().find("reasoning");
        response.set("reasoning", reasoning == null ? Json.object().putNull("effort").putNull("summary") : reasoning);
        response.put("service_tier", "default").put("store", request.stored());
        response.put("temperature", request.fields().number("temperature", 1, 0, 2));
        JsonNode text = request.fields().find("text");
        response.set("text", text == null
                ? Json.object().<ObjectNode>set("format", Json.object().put("type", "text"))
                : text);
        JsonNode choice = request.fields().find("tool_choice");
        response.set("tool_choice", choice == null
                ? com.fasterxml.jackson.databind.node.TextNode.valueOf("auto")
                : choice);
        JsonNode tools = request.fields().find("tools");
        response.set("tools", tools == null ? Json.array() : tools);
        response.put("top_p", request.fields().number("top_p", 1, 0, 1)).put("truncation", "disabled");
        if (ended) {
            response.set("usage", usage());
        } else {
            response.putNull("usage");
        }
        copy(response, "user");
        JsonNode metadata = request.fields().find("metadata");
        response.set("metadata", metadata == null ? Json.object() : metadata);
        return response;
    }

    private void copy(ObjectNode response, String field) {
        response.set(field, request.fields().find(field));
    }

    private ObjectNode usage() {
        int input = request.prompt().tokens();
        ObjectNode usage = Json.object().put("input_tokens", input);
        usage.putObject("input_tokens_details").put("cache_write_tokens", 0).put("cached_tokens",
                Math.min(input, request.ask().directive().count("cached", 0)));
        usage.put("output_tokens", answer.outputTokens()).putObject("output_tokens_details").put("reasoning_tokens",
                answer.thoughts().size());
        return usage.put("total_tokens", input + answer.outputTokens());
    }

    private void reasoning() {
        if (answer.thoughts().isEmpty()) {
            return;
        }
        ObjectNode item = Json.object().put("id", simulation.ids().hex("rs_", 48)).put("type", "reasoning");
        ArrayNode summary = item.putArray("summary");
        frames.add(Frame.opening(added(item)));
        Fields reasoning = request.fields().object("reasoning");
        if (reasoning != null && reasoning.has("summary")) {
            String itemId = item.get("id").asText();
            frames.add(Frame.opening(event(about("response.reasoning_summary_part.added", itemId)
                    .put("summary_index", 0).set("part", summaryPart("")))));
            for (String token : answer.thoughts()) {
                frames.add(Frame.content(event(about("response.reasoning_summary_text.delta", itemId)
                        .put("summary_index", 0).put("delta", token)), 1));
            }
            frames.add(Frame.opening(event(about("response.reasoning_summary_text.done", itemId)
                    .put("summary_index", 0).put("text", answer.thought()))));
            frames.add(Frame.opening(event(about("response.reasoning_summary_part.done", itemId)
                    .put("summary_index", 0).set("part", summaryPart(answer.thought())))));
            summary.add(summaryPart(answer.thought()));
            frames.add(Frame.opening(done(item)));
        } else {
            frames.add(Frame.content(done(item), answer.thoughts().size()));
        }
        items.add(item);
    }

    private static ObjectNode summaryPart(String text) {
        return Json.object().put("type", "summary_text").put("text", text);
    }

    private void message() {
        if (answer.text().isEmpty() && !answer.calls().isEmpty()) {
            return;
        }
        String itemId = simulation.ids().hex("msg_", 48);
        ObjectNode item = Json.object().put("id", itemId).put("type", "message").put("status", "in_progress");
        item.putArray("content");
        item.put("role", "assistant");
        frames.add(Frame.opening(added(item)));
        frames.add(Frame.opening(event(content("response.content_part.added", itemId).set("part", part("")))));
        for (String token : answer.text()) {
            ObjectNode delta = content("response.output_text.delta", itemId).put("delta", token);
            delta.putArray("logprobs");
            frames.add(Frame.content(event(delta), 1));
        }
        ObjectNode text = content("response.output_text.done", itemId).put("text", answer.wholeText());
        text.putArray("logprobs");
        frames.add(Frame.opening(event(text)));
        frames.add(Frame.opening(event(content("response.content_part.done", itemId).set("part",
                part(answer.wholeText())))));
        item.put("status", answer.finish() == Answer.Finish.LENGTH ? "incomplete" : "completed");
        item.putArray("content").add(part(answer.wholeText()));
        frames.add(Frame.opening(done(item)));
        items.add(item);
    }

    private ObjectNode part(String text) {
        ObjectNode part = Json.object().put("type", "output_text");
        part.putArray("annotations");
        part.putArray("logprobs");
        return part.put("text", text);
    }

    private void call(Answer.Call call) {
        String itemId = simulation.ids().hex("fc_", 48);
        String callId = simulation.ids().next("call_", 24);
        ObjectNode item = Json.object().put("id", itemId).put("type", "function_call").put("status", "in_progress")
                .put("arguments", "").put("call_id", callId).put("name", call.name());
        frames.add(Frame.opening(added(item)));
        for (String token : call.arguments()) {
            frames.add(Frame.content(event(about("response.function_call_arguments.delta", itemId).put("delta", token)),
                    1));
        }
        frames.add(Frame.opening(event(about("response.function_call_arguments.done", itemId)
                .put("name", call.name()).put("arguments", call.json()))));
        item.put("status", answer.finish() == Answer.Finish.LENGTH ? "incomplete" : "completed").put("arguments",
                call.json());
        frames.add(Frame.opening(done(item)));
        items.add(item);
        openCalls.add(callId);
    }

    private ObjectNode about(String type, String itemId) {
        return Json.object().put("type", type).put("item_id", itemId).put("output_index", items.size());
    }

    private ObjectNode content(String type, String itemId) {
        return about(type, itemId).put("content_index", 0);
    }

    private String added(ObjectNode item) {
        return event(Json.object().put("type", "response.output_item.added").put("output_index", items.size())
                .set("item", item.deepCopy()));
    }

    private String done(ObjectNode item) {
        return event(Json.object().put("type", "response.output_item.done").put("output_index", items.size())
                .set("item", item.deepCopy()));
    }

    private String event(String type, ObjectNode response) {
        return event(Json.object().put("type", type).set("response", response));
    }

    private String event(ObjectNode data) {
        data.put("sequence_number", sequence++);
        return "event: " + data.get("type").textValue() + "\ndata: " + Json.text(data) + "\n\n";
    }
}
