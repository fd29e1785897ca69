package org.gatehouse.simulated;

import java.util.List;

/** Writes a response object and its output items, whole or as they stand. */
final class ResponseObject {
    private final Exchange exchange;
    private final GenerationRequest request;
    private final Generation generation;
    private final String id;
    private final long createdSeconds;

    ResponseObject(Exchange exchange, GenerationRequest request, Generation generation) {
        this.exchange = exchange;
        this.request = request;
        this.generation = generation;
        id = exchange.entry().id();
        createdSeconds = exchange.engine().epochMillis() / 1000;
    }

    /** How the response ends when nothing fails. */
    String finalStatus() {
        return generation.finishReason().equals("stop") ? "completed" : "incomplete";
    }

    /** The id of the output item at this index. */
    String itemId(int index) {
        return (isReasoning(index) ? "rs_" : isMessage(index) ? "msg_" : "fc_") + id + "_" + index;
    }

    private boolean isReasoning(int index) {
        return index == 0 && generation.plan().reasoning() > 0;
    }

    /** The text's index among the output items; the tool calls follow the reasoning instead when there are any. */
    int messageIndex() {
        return generation.plan().reasoning() > 0 ? 1 : 0;
    }

    private boolean isMessage(int index) {
        return index == messageIndex() && generation.plan().calls().isEmpty();
    }

    /** Writes the object; with its output and usage when {@code whole}. */
    void write(String status, boolean whole, Bytes out) {
        out.ascii("{\"id\":\"resp_").escaped(id).ascii("\",\"object\":\"response\",\"created_at\":");
        out.number(createdSeconds).ascii(",\"status\":\"").ascii(status);
        out.ascii("\",\"background\":false,\"error\":");
        if (status.equals("failed")) {
            out.ascii("{\"code\":\"server_error\",\"message\":").quoted(Faults.engineFailed().message()).put('}');
        } else {
            out.ascii("null");
        }
        out.ascii(",\"incomplete_details\":");
        out.ascii(status.equals("incomplete") ? "{\"reason\":\"max_output_tokens\"}" : "null");
        out.ascii(",\"instructions\":null,\"max_output_tokens\":");
        if (request.maxTokens > 0) {
            out.number(request.maxTokens);
        } else {
            out.ascii("null");
        }
        out.ascii(",\"model\":").quoted(exchange.engine().servedName()).ascii(",\"output\":[");
        if (whole) {
            items(out);
        }
        out.ascii("],\"parallel_tool_calls\":true,\"previous_response_id\":null,\"reasoning\":{\"effort\":null,");
        out.ascii("\"summary\":null},\"store\":false,\"temperature\":1.0,\"text\":{\"format\":{\"type\":\"text\"}},");
        out.ascii("\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,\"truncation\":\"disabled\",\"usage\":");
        if (whole && request.directive.fault() != Fault.NO_USAGE) {
            generation.usage().writeForResponses(request.directive, out);
        } else {
            out.ascii("null");
        }
        out.ascii(",\"user\":null,\"metadata\":{\"simulated\":\"true\"},\"system_fingerprint\":\"simulated\"}");
    }

    private void items(Bytes out) {
        OutputPlan plan = generation.plan();
        int index = 0;
        int left = generation.produced();
        if (plan.reasoning() > 0) {
            int reasoning = Math.min(left, plan.reasoning());
            reasoning(index++, reasoning, out);
            left -= reasoning;
        }
        if (plan.calls().isEmpty()) {
            out.ascii(index > 0 ? "," : "");
            message(index, Math.min(left, plan.textTokens()), finalStatus(), out);
        } else {
            for (OutputPlan.Call call : plan.calls()) {
                out.ascii(index > 0 ? "," : "");
                call(index++, call, call.argumentTokens(), finalStatus(), out);
            }
        }
    }

    /** A reasoning item; a commercial API shows no text in it. */
    void reasoning(int index, int tokens, Bytes out) {
        out.ascii("{\"type\":\"reasoning\",\"id\":\"").escaped(itemId(index)).ascii("\",\"summary\":[]");
        if (exchange.engine().playsVllm()) {
            out.ascii(",\"content\":[{\"type\":\"reasoning_text\",\"text\":\"");
            exchange.engine().standardText().append(out, 0, tokens);
            out.ascii("\"}],\"status\":null");
        }
        out.put('}');
    }

    /** A message item; without any content part while it has none. */
    void message(int index, int tokens, String status, Bytes out) {
        out.ascii("{\"type\":\"message\",\"id\":\"").escaped(itemId(index)).ascii("\",\"status\":\"").ascii(status);
        out.ascii("\",\"role\":\"assistant\",\"content\":[");
        if (tokens >= 0) {
            part(tokens, out);
        }
        out.ascii("]}");
    }

    /** The text as a content part. */
    void part(int tokens, Bytes out) {
        out.ascii("{\"type\":\"output_text\",\"text\":\"");
        generation.plan().text().append(out, 0, tokens);
        out.ascii("\",\"annotations\":[],\"logprobs\":[]}");
    }

    void call(int index, OutputPlan.Call call, int argumentTokens, String status, Bytes out) {
        out.ascii("{\"type\":\"function_call\",\"id\":\"").escaped(itemId(index)).ascii("\",\"call_id\":\"call_");
        out.escaped(id).put('_').number(index).ascii("\",\"name\":").quoted(call.name()).ascii(",\"arguments\":\"");
        call.arguments().append(out, 0, argumentTokens);
        out.ascii("\",\"status\":\"").ascii(status).ascii("\"}");
    }

    /** The tool calls that will come. */
    List<OutputPlan.Call> calls() {
        return generation.plan().calls();
    }
}
