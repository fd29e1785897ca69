package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonGenerator;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Presentation;

/**
 * Writes a {@code chat.completion}. Thoughts stand under both names in use, {@code reasoning} and {@code reasoning_content};
 * their seals, which a client must send back, in {@code reasoning_details}. Stateless.
 */
final class ChatReplyWriter {

    private ChatReplyWriter() {}

    static byte[] write(ChatReply reply, Presentation presentation) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JsonText.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", id(reply.id(), presentation));
            json.writeStringField("object", "chat.completion");
            json.writeNumberField("created", presentation.at().getEpochSecond());
            json.writeStringField("model", presentation.model());
            json.writeArrayFieldStart("choices");
            for (int i = 0; i < reply.choices().size(); i++) {
                choice(json, i, reply.choices().get(i));
            }
            json.writeEndArray();
            if (reply.usage() != null) {
                json.writeFieldName("usage");
                UsageFields.writeChat(json, reply.usage());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    static String id(String given, Presentation presentation) {
        return given.isEmpty() ? "chatcmpl-" + presentation.id() : given;
    }

    private static void choice(JsonGenerator json, int index, ChatReply.Choice choice) throws IOException {
        json.writeStartObject();
        json.writeNumberField("index", index);
        json.writeObjectFieldStart("message");
        json.writeStringField("role", "assistant");
        message(json, choice.blocks());
        json.writeEndObject();
        json.writeNullField("logprobs");
        ChatReply.Stop stop = choice.stop();
        json.writeStringField("finish_reason", FinishReasons.write(stop.reason()));
        if (stop.nativeReason() != null) {
            json.writeStringField("native_finish_reason", stop.nativeReason());
        }
        if (stop.sequence() != null) {
            json.writeStringField("stop_reason", stop.sequence());
        }
        json.writeEndObject();
    }

    private static void message(JsonGenerator json, List<Block> blocks) throws IOException {
        StringBuilder text = new StringBuilder();
        StringBuilder declined = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        boolean calls = false;
        boolean sealed = false;
        boolean pictures = false;
        for (Block block : blocks) {
            switch (block) {
                case Block.Text words -> text.append(words.text());
                case Block.Declined words -> declined.append(words.text());
                case Block.Thinking thinking -> {
                    thoughts.append(thinking.text());
                    sealed |= thinking.signature() != null;
                }
                case Block.RedactedThinking _ -> sealed = true;
                case Block.ToolCall _ -> calls = true;
                case Block.Image _ -> pictures = true;
                case Block.Document _,Block.Audio _,Block.ToolResult _,Block.Foreign _ -> {
                }
            }
        }
        if (text.isEmpty() && (calls || !declined.isEmpty())) {
            json.writeNullField("content");
        } else {
            json.writeStringField("content", text.toString());
        }
        if (declined.isEmpty()) {
            json.writeNullField("refusal");
        } else {
            json.writeStringField("refusal", declined.toString());
        }
        if (!thoughts.isEmpty()) {
            json.writeStringField("reasoning", thoughts.toString());
            json.writeStringField("reasoning_content", thoughts.toString());
        }
        if (sealed) {
            seals(json, blocks);
        }
        if (calls) {
            calls(json, blocks);
        }
        if (pictures) {
            pictures(json, blocks);
        }
    }

    private static void seals(JsonGenerator json, List<Block> blocks) throws IOException {
        json.writeArrayFieldStart("reasoning_details");
        for (Block block : blocks) {
            if (block instanceof Block.Thinking thinking) {
                json.writeStartObject();
                json.writeStringField("type", "reasoning.text");
                json.writeStringField("text", thinking.text());
                if (thinking.signature() != null) {
                    json.writeStringField("signature", thinking.signature());
                }
                json.writeEndObject();
            } else if (block instanceof Block.RedactedThinking redacted) {
                json.writeStartObject();
                json.writeStringField("type", "reasoning.encrypted");
                json.writeStringField("data", redacted.data());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    private static void calls(JsonGenerator json, List<Block> blocks) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        for (Block block : blocks) {
            if (block instanceof Block.ToolCall call) {
                json.writeStartObject();
                json.writeStringField("id", call.id());
                json.writeStringField("type", "function");
                json.writeObjectFieldStart("function");
                json.writeStringField("name", call.name());
                json.writeStringField("arguments", call.arguments());
                json.writeEndObject();
                if (call.signature() != null) {
                    json.writeObjectFieldStart("extra_content");
                    json.writeObjectFieldStart("google");
                    json.writeStringField("thought_signature", call.signature());
                    json.writeEndObject();
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    /** OpenAI's chat has no pictures in answers; this is where OpenRouter and those after it put them. */
    private static void pictures(JsonGenerator json, List<Block> blocks) throws IOException {
        json.writeArrayFieldStart("images");
        for (Block block : blocks) {
            String url = switch (block) {
                case Block.Image image when image.media() instanceof Media.Inline inline -> DataUri.write(inline);
                case Block.Image image when image.media() instanceof Media.Remote remote -> remote.url();
                default -> "";
            };
            if (!url.isEmpty()) {
                json.writeStartObject();
                json.writeStringField("type", "image_url");
                json.writeObjectFieldStart("image_url");
                json.writeStringField("url", url);
                json.writeEndObject();
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }
}
