package org.gatehouse.gateway.protocol.gemini;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Writes a whole answer for a client. */
final class ReplyWriter {

    private ReplyWriter() {}

    static byte[] write(ChatReply reply, Presentation presentation) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (AnswerJson answer = new AnswerJson(out)) {
            for (int i = 0; i < reply.choices().size(); i++) {
                ChatReply.Choice choice = reply.choices().get(i);
                answer.candidate();
                for (int j = 0; j < choice.blocks().size(); j++) {
                    Block block = choice.blocks().get(j);
                    Block next = j + 1 < choice.blocks().size() ? choice.blocks().get(j + 1) : block;
                    // A seal without thoughts stands on the words before it.
                    if (block instanceof Block.Text text && isSealOnly(next)) {
                        answer.text(text.text(), false, ((Block.Thinking) next).signature());
                        j++;
                    } else {
                        block(block, answer);
                    }
                }
                answer.candidateEnd(FinishReasons.write(choice.stop()), i);
            }
            answer.end(reply.usage(), presentation, reply.id());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static boolean isSealOnly(Block block) {
        return block instanceof Block.Thinking thinking && thinking.text().isEmpty() && thinking.signature() != null;
    }

    private static void block(Block block, AnswerJson answer) throws IOException {
        switch (block) {
            case Block.Text text -> answer.text(text.text(), false, null);
            case Block.Declined declined -> answer.text(declined.text(), false, null);
            case Block.Thinking thinking -> answer.text(thinking.text(), !thinking.text().isEmpty(),
                    thinking.signature());
            case Block.ToolCall call -> answer.call(call.id(), call.name(), call.arguments(), call.signature());
            case Block.Image image -> media(image.media(), answer);
            case Block.Audio audio -> media(audio.media(), answer);
            case Block.Document document -> media(document.media(), answer);
            case Block.Foreign foreign -> {
                if (ContentsWriter.OWN_PARTS.contains(foreign.type())) {
                    answer.part(JsonTrees.text(foreign.json()));
                }
            }
            // Nothing that a client of Google's could make sense of.
            case Block.RedactedThinking _,Block.ToolResult _ -> {
            }
        }
    }

    private static void media(Media media, AnswerJson answer) throws IOException {
        if (media instanceof Media.Inline inline) {
            ObjectNode part = JsonTrees.object();
            part.putObject("inlineData").put("mimeType", inline.type()).put("data", inline.base64());
            answer.part(JsonTrees.text(part));
        }
    }
}
