package org.gatehouse.simulated;

import java.io.IOException;

/** One streamed response: created, items with their parts and deltas, then exactly one last event. */
final class ResponseStream {
    private final Exchange exchange;
    private final GenerationRequest request;
    private final Generation generation;
    private final ResponseObject response;
    private final EventStream events;
    private int sequence;

    ResponseStream(Exchange exchange, GenerationRequest request, Generation generation, ResponseObject response) {
        this.exchange = exchange;
        this.request = request;
        this.generation = generation;
        this.response = response;
        events = new EventStream(exchange, request.directive);
    }

    void run() throws IOException {
        events.begin();
        if (generation.paced()) {
            exchange.reply().flush();
        }
        if (generation.faultPoint() == 0) {
            fail();
        }
        snapshot("response.created", "in_progress", false);
        snapshot("response.in_progress", "in_progress", false);
        boolean goesOn = reasoning();
        if (generation.plan().calls().isEmpty()) {
            goesOn = message(goesOn) && goesOn;
        } else {
            int index = response.messageIndex();
            for (OutputPlan.Call call : response.calls()) {
                goesOn = goesOn && call(index++, call);
            }
        }
        if (goesOn) {
            fail();
        }
        String status = response.finalStatus();
        generation.completed();
        snapshot("response." + status, status, true);
        events.end();
    }

    // Unlike chat, this surface has a last event of its own for failure.
    private void fail() throws IOException {
        if (request.directive.fault() == Fault.ERROR_EVENT && generation.produced() >= generation.faultPoint()) {
            snapshot("response.failed", "failed", true);
            events.end();
            throw new CallEnded(CallEnded.By.FAULT);
        }
        events.faultIfDue(generation);
    }

    private boolean reasoning() throws IOException {
        int tokens = generation.plan().reasoning();
        if (tokens == 0) {
            return true;
        }
        itemEvent("response.output_item.added", 0);
        response.reasoning(0, 0, events.frame());
        close();
        boolean shown = exchange.engine().playsVllm();
        for (int i = 0; i < tokens; i++) {
            if (!step(1)) {
                return false;
            }
            if (shown) {
                Bytes out = delta("response.reasoning_text.delta", 0).ascii(",\"content_index\":0,\"delta\":\"");
                exchange.engine().standardText().append(out, i, i + 1);
                out.put('"');
                close();
            }
        }
        if (shown) {
            Bytes out = delta("response.reasoning_text.done", 0).ascii(",\"content_index\":0,\"text\":\"");
            exchange.engine().standardText().append(out, 0, tokens);
            out.put('"');
            close();
        }
        itemEvent("response.output_item.done", 0);
        response.reasoning(0, tokens, events.frame());
        close();
        return true;
    }

    private boolean message(boolean goesOn) throws IOException {
        int index = response.messageIndex();
        itemEvent("response.output_item.added", index);
        response.message(index, -1, "in_progress", events.frame());
        close();
        delta("response.content_part.added", index).ascii(",\"content_index\":0,\"part\":");
        response.part(0, events.frame());
        close();
        ReplyText text = generation.plan().text();
        int sent = 0;
        while (goesOn && sent < generation.plan().textTokens() && step(1)) {
            Bytes out = delta("response.output_text.delta", index).ascii(",\"content_index\":0,\"delta\":\"");
            text.append(out, sent, sent + 1);
            out.ascii("\",\"logprobs\":[]");
            close();
            sent++;
        }
        Bytes done = delta("response.output_text.done", index).ascii(",\"content_index\":0,\"text\":\"");
        text.append(done, 0, sent);
        done.ascii("\",\"logprobs\":[]");
        close();
        delta("response.content_part.done", index).ascii(",\"content_index\":0,\"part\":");
        response.part(sent, events.frame());
        close();
        itemEvent("response.output_item.done", index);
        response.message(index, sent, response.finalStatus(), events.frame());
        close();
        return sent == generation.plan().textTokens();
    }

    private boolean call(int index, OutputPlan.Call call) throws IOException {
        if (!step(call.nameTokens())) {
            return false;
        }
        itemEvent("response.output_item.added", index);
        response.call(index, call, 0, "in_progress", events.frame());
        close();
        for (int i = 0; i < call.argumentTokens(); i++) {
            if (!step(1)) {
                return false;
            }
            Bytes out = delta("response.function_call_arguments.delta", index).ascii(",\"delta\":\"");
            call.arguments().append(out, i, i + 1);
            out.put('"');
            close();
        }
        Bytes out = delta("response.function_call_arguments.done", index).ascii(",\"name\":").quoted(call.name());
        out.ascii(",\"arguments\":\"");
        call.arguments().append(out, 0, call.argumentTokens());
        out.put('"');
        close();
        itemEvent("response.output_item.done", index);
        response.call(index, call, call.argumentTokens(), response.finalStatus(), events.frame());
        close();
        return true;
    }

    private boolean step(int tokens) throws IOException {
        fail();
        return generation.awaitTokens(tokens);
    }

    private Bytes event(String type) {
        return events.open(type).ascii("{\"type\":\"").ascii(type).ascii("\",\"sequence_number\":").number(sequence++);
    }

    private void itemEvent(String type, int index) {
        event(type).ascii(",\"output_index\":").number(index).ascii(",\"item\":");
    }

    private Bytes delta(String type, int index) {
        return event(type).ascii(",\"item_id\":\"").escaped(response.itemId(index)).ascii("\",\"output_index\":")
                .number(index);
    }

    private void close() throws IOException {
        events.frame().put('}');
        events.send();
    }

    private void snapshot(String type, String status, boolean whole) throws IOException {
        Bytes out = event(type).ascii(",\"response\":");
        response.write(status, whole, out);
        close();
    }
}
