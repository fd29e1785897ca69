package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;

import static org.gatehouse.gateway.protocol.openai.EventText.bytes;

/**
 * Writes the events of {@code /v1/responses}. Nothing is written before the answer's first step. Thoughts and words are closed
 * as soon as something else begins; tool calls, whose arguments may alternate, when the answer is done. The last event bears
 * the whole response. The protocol has one choice, so others are left out. Confined to one thread.
 */
final class ResponsesEventWriter implements EventWriter {
    private static final byte[] PING = bytes(": keep-alive\n\n");

    private final Presentation presentation;
    private final ResponsesStream stream = new ResponsesStream();
    private final List<StreamedItem> items = new ArrayList<>();
    private final List<StreamedItem.Call> calls = new ArrayList<>(2);
    private String id = "";
    private @Nullable StreamedItem open;
    private @Nullable TokenCount usage;
    private StopReason stop = StopReason.END;
    private boolean begun;
    private boolean stopped;
    private boolean over;

    ResponsesEventWriter(Presentation presentation) {
        this.presentation = presentation;
    }

    @Override
    public void write(ChatEvent event, ByteArrayOutputStream out) {
        if (over) {
            return;
        }
        switch (event) {
            case ChatEvent.Begun one -> id = one.id();
            case ChatEvent.Text text when goesOn(text.choice()) -> message(out).words(text.text(), false, stream, out);
            case ChatEvent.Declined words when goesOn(words.choice()) ->
                message(out).words(words.text(), true, stream, out);
            case ChatEvent.Thought thought when goesOn(thought.choice()) ->
                thoughts(out).words(thought.text(), stream, out);
            case ChatEvent.ThoughtSignature seal when goesOn(seal.choice()) -> {
                thoughts(out).seal(seal.signature());
                close("completed", out);
            }
            case ChatEvent.RedactedThought thought when goesOn(thought.choice()) -> {
                close("completed", out);
                thoughts(out).seal(ResponsesOutput.REDACTED + thought.data());
                close("completed", out);
            }
            case ChatEvent.ToolCallBegun call when goesOn(call.choice()) -> {
                close("completed", out);
                begin(out);
                StreamedItem.Call item = new StreamedItem.Call(itemId("fc_"), items.size(), call);
                items.add(item);
                calls.add(item);
                item.open(stream, out);
            }
            case ChatEvent.ToolArguments arguments when goesOn(arguments.choice()) -> {
                for (StreamedItem.Call call : calls) {
                    if (call.number() == arguments.call()) {
                        call.arguments(arguments.json(), stream, out);
                    }
                }
            }
            case ChatEvent.Stopped one when goesOn(one.choice()) -> stop(one.stop().reason(), out);
            case ChatEvent.Used used -> usage = used.usage();
            case ChatEvent.Ping _ -> out.writeBytes(PING);
            case ChatEvent.Failed failed -> fail(failed.error(), out);
            case ChatEvent.Ended _ -> {
                if (!stopped) {
                    stop(StopReason.END, out);
                }
                String status = ResponseObject.statusOf(stop);
                terminal(status, response(status, null), out);
            }
            case ChatEvent.Text _,ChatEvent.Declined _,ChatEvent.Thought _,ChatEvent.ThoughtSignature _,ChatEvent.RedactedThought _,ChatEvent.ToolCallBegun _,ChatEvent.ToolArguments _,ChatEvent.Stopped _,ChatEvent.Foreign _ ->
                {
                }
        }
    }

    private boolean goesOn(int choice) {
        return choice == 0 && !stopped;
    }

    private void begin(ByteArrayOutputStream out) {
        if (!begun) {
            begun = true;
            ResponseObject response = response("in_progress", null);
            stream.response("response.created", response, out);
            stream.response("response.in_progress", response, out);
        }
    }

    private StreamedItem.Message message(ByteArrayOutputStream out) {
        if (open instanceof StreamedItem.Message message) {
            return message;
        }
        return opened(new StreamedItem.Message(itemId("msg_"), items.size()), out);
    }

    private StreamedItem.Thoughts thoughts(ByteArrayOutputStream out) {
        if (open instanceof StreamedItem.Thoughts thoughts) {
            return thoughts;
        }
        return opened(new StreamedItem.Thoughts(itemId("rs_"), items.size()), out);
    }

    private <T extends StreamedItem> T opened(T item, ByteArrayOutputStream out) {
        close("completed", out);
        begin(out);
        items.add(item);
        open = item;
        item.open(stream, out);
        return item;
    }

    private String itemId(String prefix) {
        return prefix + presentation.id() + '_' + items.size();
    }

    private void close(String status, ByteArrayOutputStream out) {
        if (open != null) {
            open.close(status, stream, out);
            open = null;
        }
    }

    private void stop(StopReason reason, ByteArrayOutputStream out) {
        stop = reason;
        stopped = true;
        begin(out);
        String status = ResponseObject.statusOf(reason);
        for (StreamedItem.Call call : calls) {
            call.close(open == null && call == calls.getLast() ? status : "completed", stream, out);
        }
        close(status, out);
    }

    private void fail(ProviderError error, ByteArrayOutputStream out) {
        begin(out);
        stream.error(error, out);
        terminal("failed", response("failed", error), out);
    }

    private void terminal(String status, ResponseObject response, ByteArrayOutputStream out) {
        stream.response("response." + status, response, out);
        over = true;
    }

    private ResponseObject response(String status, @Nullable ProviderError error) {
        List<ResponseObject.Item> output = new ArrayList<>(items.size());
        for (StreamedItem item : items) {
            output.add(new ResponseObject.Item(item.output(), item.status()));
        }
        return new ResponseObject(ResponseObject.idOf(id, presentation), presentation, status, output,
                stopped ? stop : null, error, usage);
    }
}
