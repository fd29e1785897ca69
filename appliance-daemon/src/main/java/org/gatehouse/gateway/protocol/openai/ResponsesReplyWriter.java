package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.protocol.Presentation;

/** Writes a whole {@code response} object. The protocol has one choice; of several the first is told. Confined to one thread. */
final class ResponsesReplyWriter {
    private final Presentation presentation;
    private final List<ResponsesOutput> items = new ArrayList<>();
    private final List<ResponsesOutput.Part> parts = new ArrayList<>();

    private ResponsesReplyWriter(Presentation presentation) {
        this.presentation = presentation;
    }

    static byte[] write(ChatReply reply, Presentation presentation) {
        ResponsesReplyWriter writer = new ResponsesReplyWriter(presentation);
        ChatReply.Choice choice = reply.choices().getFirst();
        choice.blocks().forEach(writer::block);
        writer.closeMessage();
        String status = ResponseObject.statusOf(choice.stop().reason());
        List<ResponseObject.Item> items = new ArrayList<>();
        for (ResponsesOutput item : writer.items) {
            boolean last = item == writer.items.getLast();
            items.add(new ResponseObject.Item(item, last ? status : "completed"));
        }
        ResponseObject response = new ResponseObject(ResponseObject.idOf(reply.id(), presentation), presentation,
                status,
                items, choice.stop().reason(), null, reply.usage());
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        EventText.generated(out, response::write);
        return out.toByteArray();
    }

    private void block(Block block) {
        switch (block) {
            case Block.Text text -> parts.add(new ResponsesOutput.Part(text.text(), false));
            case Block.Declined words -> parts.add(new ResponsesOutput.Part(words.text(), true));
            case Block.Thinking thinking -> {
                closeMessage();
                items.add(new ResponsesOutput.Reasoning(id("rs_"), thinking.text(), thinking.signature()));
            }
            case Block.RedactedThinking redacted -> {
                closeMessage();
                items.add(new ResponsesOutput.Reasoning(id("rs_"), "", ResponsesOutput.REDACTED + redacted.data()));
            }
            case Block.ToolCall call -> {
                closeMessage();
                items.add(new ResponsesOutput.Call(id("fc_"), call.id(), call.name(), call.arguments(),
                        call.signature()));
            }
            case Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _,Block.Foreign _ -> {
            }
        }
    }

    private void closeMessage() {
        if (!parts.isEmpty()) {
            items.add(new ResponsesOutput.Message(id("msg_"), parts));
            parts.clear();
        }
    }

    private String id(String prefix) {
        return prefix + presentation.id() + '_' + items.size();
    }
}
