package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * A tool's result as text and what is no text. OpenAI's protocols have no field for a tool that failed, so the text says it.
 *
 * @param text its texts, joined by line ends; never empty
 * @param media pictures and documents, in their order
 */
record ToolOutput(String text, List<Block> media) {

    static ToolOutput of(Block.ToolResult result, Losses losses) throws UntranslatableException {
        List<String> texts = new ArrayList<>();
        List<Block> media = new ArrayList<>();
        for (Block block : result.content()) {
            switch (block) {
                case Block.Text text -> texts.add(text.text());
                case Block.Document document when document.media() instanceof Media.Plain plain ->
                    texts.add(plain.text());
                case Block.Image image -> media.add(image);
                case Block.Document document -> media.add(document);
                case Block.Audio audio -> media.add(audio);
                case Block.Foreign foreign -> losses.dropped(List.of(foreign.type()));
                case Block.ToolCall _,Block.ToolResult _,Block.Thinking _,Block.RedactedThinking _,Block.Declined _ ->
                    throw new UntranslatableException("messages", "The result of tool call " + result.callId()
                            + " holds something that is no result; send text, pictures or documents in it.");
            }
        }
        String text = String.join("\n", texts);
        if (result.failed() && !text.toLowerCase(Locale.ROOT).startsWith("error")) {
            text = text.isEmpty() ? "Error: the tool failed." : "Error: " + text;
        }
        if (text.isEmpty() && !media.isEmpty()) {
            text = "The output is not text; it follows.";
        }
        return new ToolOutput(text, media);
    }
}
