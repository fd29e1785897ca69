package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Writes the blocks that mean something by themselves; calls and their results are the {@link Conversation}'s. */
final class BlockWriter {
    private static final Set<String> PICTURES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private final Terms terms;
    private final Losses losses;

    BlockWriter(Terms terms, Losses losses) {
        this.terms = terms;
        this.losses = losses;
    }

    /** A text; {@code null} when it is blank, which the service refuses. */
    static @Nullable ObjectNode text(String text) {
        return text.isBlank() ? null : Trees.object().put("type", "text").put("text", text);
    }

    /** What a user may say and a tool may give. */
    @Nullable
    ObjectNode input(Block block, String at) throws UntranslatableException {
        ObjectNode written = switch (block) {
            case Block.Text text -> text(text.text());
            case Block.Declined declined -> text(declined.text());
            case Block.Image image -> image(image, at);
            case Block.Document document -> document(document, at);
            case Block.Audio _ -> throw new UntranslatableException(at,
                    "The chosen model's provider takes no audio. Send text, or choose a model that listens.");
            case Block.Foreign foreign -> {
                losses.say("block " + Shown.of(foreign.type()) + " dropped: not known to this provider");
                yield null;
            }
            case Block.ToolCall _,Block.ToolResult _,Block.Thinking _,Block.RedactedThinking _ -> {
                losses.say("a block in another's turn dropped");
                yield null;
            }
        };
        if (written != null) {
            CacheMarks.put(written, block.cache());
        }
        return written;
    }

    /** What the model said or thought. */
    @Nullable
    ObjectNode output(Block block) {
        ObjectNode written = switch (block) {
            case Block.Text text -> text(text.text());
            case Block.Declined declined -> text(declined.text());
            case Block.Thinking thinking -> thinking(thinking);
            case Block.RedactedThinking redacted ->
                Trees.object().put("type", "redacted_thinking").put("data", redacted.data());
            case Block.Foreign foreign -> {
                losses.say("block " + Shown.of(foreign.type()) + " dropped: not known to this provider");
                yield null;
            }
            case Block.Image _,Block.Document _,Block.Audio _ -> {
                losses.say("media in an assistant turn dropped: the provider takes none there");
                yield null;
            }
            case Block.ToolCall _,Block.ToolResult _ -> {
                losses.say("a block in another's turn dropped");
                yield null;
            }
        };
        if (written != null) {
            CacheMarks.put(written, block.cache());
        }
        return written;
    }

    private @Nullable ObjectNode thinking(Block.Thinking thinking) {
        if (thinking.signature() == null || thinking.signature().isEmpty()) {
            losses.say("thinking dropped: without its signature the provider refuses it");
            return null;
        }
        return Trees.object().put("type", "thinking").put("thinking", thinking.text()).put("signature",
                thinking.signature());
    }

    private ObjectNode image(Block.Image image, String at) throws UntranslatableException {
        if (!terms.images()) {
            throw new UntranslatableException(at,
                    "The chosen model sees no pictures. Send text, or choose a model that does.");
        }
        if (image.detail() != null && !image.detail().equals("auto")) {
            losses.say("image detail dropped: not known to this provider");
        }
        ObjectNode written = Trees.object().put("type", "image");
        ObjectNode source = written.putObject("source");
        if (image.media() instanceof Media.Inline inline) {
            String type = inline.type().toLowerCase(Locale.ROOT);
            // Many say so, nobody registered it.
            type = type.equals("image/jpg") ? "image/jpeg" : type;
            if (!PICTURES.contains(type)) {
                throw new UntranslatableException(at, "The chosen model's provider takes no pictures of the type '"
                        + Shown.of(inline.type()) + "'. Send JPEG, PNG, GIF or WebP.");
            }
            source.put("type", "base64").put("media_type", type).put("data", inline.base64());
        } else {
            pointed(source, image.media(), at);
        }
        return written;
    }

    private ObjectNode document(Block.Document document, String at) throws UntranslatableException {
        ObjectNode written = Trees.object().put("type", "document");
        ObjectNode source = written.putObject("source");
        if (document.media() instanceof Media.Inline inline) {
            String type = inline.type().toLowerCase(Locale.ROOT);
            if (type.equals("application/pdf")) {
                source.put("type", "base64").put("media_type", type).put("data", inline.base64());
            } else if (type.startsWith("text/") || type.equals("application/json")) {
                plain(source, decoded(inline.base64(), at));
            } else {
                throw new UntranslatableException(at, "The chosen model's provider takes no documents of the type '"
                        + Shown.of(inline.type()) + "'. Send a PDF or a text.");
            }
        } else {
            pointed(source, document.media(), at);
        }
        if (document.name() != null && !document.name().isEmpty()) {
            written.put("title", document.name());
        }
        return written;
    }

    private static void pointed(ObjectNode source, Media media, String at) throws UntranslatableException {
        switch (media) {
            case Media.Remote remote -> {
                if (!remote.url().regionMatches(true, 0, "https://", 0, 8)
                        && !remote.url().regionMatches(true, 0, "http://", 0, 7)) {
                    throw new UntranslatableException(at,
                            "The address of a picture or document is not on the web. Send an https address, or the data.");
                }
                source.put("type", "url").put("url", remote.url());
            }
            case Media.Uploaded uploaded -> {
                // Only the service that keeps a file can read it; its ids begin so.
                if (!uploaded.fileId().startsWith("file_")) {
                    throw new UntranslatableException(at, "The file '" + Shown.of(uploaded.fileId())
                            + "' is kept by another provider than the chosen model's. Send its content.");
                }
                source.put("type", "file").put("file_id", uploaded.fileId());
            }
            case Media.Plain plain -> plain(source, plain.text());
            case Media.Inline _ -> throw new IllegalArgumentException("what is inline is pointed at by nothing");
        }
    }

    private static void plain(ObjectNode source, String text) {
        source.put("type", "text").put("media_type", "text/plain").put("data", text);
    }

    private static String decoded(String base64, String at) throws UntranslatableException {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw new UntranslatableException(at, "A document is no valid base64. Encode it anew.");
        }
    }
}
