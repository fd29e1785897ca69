package org.gatehouse.gateway.protocol.openai;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Writes the content of a user's message: a string where it is text alone, else parts.
 *
 * @param flavour what the server takes
 * @param terms what the model takes
 * @param losses takes what had to be left out
 */
record ChatPartWriter(ChatFlavour flavour, Terms terms, Losses losses) {

    static String joined(List<Block.Text> texts, String between) {
        return texts.stream().map(Block.Text::text).collect(Collectors.joining(between));
    }

    JsonNode content(List<Block> blocks) throws UntranslatableException {
        List<Block.Text> texts = new ArrayList<>();
        ArrayNode parts = JsonText.NODES.arrayNode();
        for (Block block : blocks) {
            ObjectNode part = part(block);
            if (part != null) {
                parts.add(part);
            }
            if (block instanceof Block.Text text) {
                texts.add(text);
            }
        }
        if (parts.size() == texts.size() && (texts.size() <= 1 || !flavour.textParts())) {
            return JsonText.NODES.textNode(joined(texts, "\n\n"));
        }
        return parts;
    }

    private @Nullable ObjectNode part(Block block) throws UntranslatableException {
        return switch (block) {
            case Block.Text text -> part("text").put("text", text.text());
            case Block.Image image -> image(image);
            case Block.Audio audio -> audio(audio.media());
            case Block.Document document -> document(document);
            case Block.Foreign foreign -> {
                losses.dropped(List.of(foreign.type()));
                yield null;
            }
            case Block.Declined words -> part("text").put("text", words.text());
            case Block.ToolCall _,Block.ToolResult _,Block.Thinking _,Block.RedactedThinking _ -> {
                losses.say("a block that is not the user's dropped");
                yield null;
            }
        };
    }

    private static ObjectNode part(String type) {
        return JsonText.NODES.objectNode().put("type", type);
    }

    private ObjectNode image(Block.Image image) throws UntranslatableException {
        if (!terms.images()) {
            throw new UntranslatableException("messages", "The conversation holds a picture, which this model does not"
                    + " see; leave it out or ask a model that sees pictures.");
        }
        ObjectNode part = part("image_url");
        ObjectNode address = part.putObject("image_url").put("url", switch (image.media()) {
            case Media.Inline inline -> DataUri.write(inline);
            case Media.Remote remote -> remote.url();
            case Media.Uploaded _,Media.Plain _ -> throw unknownFile();
        });
        if (image.detail() != null) {
            address.put("detail", image.detail());
        }
        return part;
    }

    private ObjectNode audio(Media media) throws UntranslatableException {
        switch (media) {
            case Media.Inline inline -> {
                ObjectNode part = part("input_audio");
                part.putObject("input_audio").put("data", inline.base64()).put("format", format(inline.type()));
                return part;
            }
            case Media.Remote remote when flavour.prefill() == ChatFlavour.Prefill.CONTINUE -> {
                // vLLM's own kind of part.
                ObjectNode part = part("audio_url");
                part.putObject("audio_url").put("url", remote.url());
                return part;
            }
            case Media.Remote _,Media.Uploaded _,Media.Plain _ -> throw unknownFile();
        }
    }

    private static String format(String type) {
        return switch (type) {
            case "audio/mpeg", "audio/mp3" -> "mp3";
            case "audio/wav", "audio/x-wav", "audio/wave" -> "wav";
            default -> type.substring(type.indexOf('/') + 1);
        };
    }

    private ObjectNode document(Block.Document document) throws UntranslatableException {
        String text = plainText(document.media());
        if (text != null) {
            String name = document.name();
            return part("text").put("text", name == null ? text : name + ":\n" + text);
        }
        if (!flavour.files()) {
            throw new UntranslatableException("messages", "The conversation holds a document that is not plain text,"
                    + " which this model's server does not read; send its text.");
        }
        ObjectNode part = part("file");
        ObjectNode file = part.putObject("file");
        switch (document.media()) {
            case Media.Inline inline -> file.put("filename", document.name() == null ? "document" : document.name())
                    .put("file_data", DataUri.write(inline));
            case Media.Uploaded uploaded -> file.put("file_id", uploaded.fileId());
            case Media.Remote _,Media.Plain _ -> throw unknownFile();
        }
        return part;
    }

    /** The text of a document that is nothing else; null for one that is. */
    static @Nullable String plainText(Media media) {
        return switch (media) {
            case Media.Plain plain -> plain.text();
            case Media.Inline inline when inline.type().startsWith("text/") -> decoded(inline.base64());
            case Media.Inline _,Media.Remote _,Media.Uploaded _ -> null;
        };
    }

    private static @Nullable String decoded(String base64) {
        try {
            return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static UntranslatableException unknownFile() {
        return new UntranslatableException("messages", "The conversation holds a file that the model's provider cannot"
                + " reach: one that was uploaded elsewhere, or of a kind that it does not fetch; send its content.");
    }
}
