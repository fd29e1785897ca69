package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Reads the content of a message: a string, an array of parts, or nothing. Knows the parts of both protocols. Stateless. */
final class ContentParts {

    private ContentParts() {}

    static List<Block> read(Field content) throws UntranslatableException {
        if (content.absent()) {
            return List.of();
        }
        if (content.isText()) {
            return List.of(new Block.Text(content.text()));
        }
        if (!content.isArray()) {
            throw content.wrong("a string or an array of parts");
        }
        List<Block> blocks = new ArrayList<>();
        for (Field part : content.entries()) {
            blocks.add(part(part));
        }
        return blocks;
    }

    /** The texts of a message that may hold nothing else, such as the system's. */
    static List<Block.Text> texts(Field content) throws UntranslatableException {
        List<Block.Text> texts = new ArrayList<>();
        for (Block block : read(content)) {
            if (!(block instanceof Block.Text text)) {
                throw content.wrong("text only: such a message holds nothing else");
            }
            texts.add(text);
        }
        return texts;
    }

    private static Block part(Field part) throws UntranslatableException {
        if (part.isText()) {
            return new Block.Text(part.text());
        }
        Field type = part.get("type");
        return switch (type.text()) {
            case "text", "input_text", "output_text" -> new Block.Text(part.get("text").text(), cache(part));
            case "refusal" -> new Block.Declined(part.get("refusal").text());
            case "image_url" -> {
                Field image = part.get("image_url");
                Field address = image.isText() ? image : image.get("url");
                yield new Block.Image(DataUri.read(address), image.get("detail").optionalText(), cache(part));
            }
            case "input_image" -> new Block.Image(uploadedOr(part, "image_url"), part.get("detail").optionalText(),
                    cache(part));
            case "input_audio" -> audio(part.get("input_audio"));
            case "audio_url" -> new Block.Audio(DataUri.read(part.get("audio_url").get("url")));
            case "file" -> document(part.get("file"), cache(part));
            case "input_file" -> document(part, cache(part));
            default ->
                throw type.wrong("a kind of part that the model's provider knows: text, a picture, a recording or"
                        + " a file");
        };
    }

    private static Media uploadedOr(Field part, String name) throws UntranslatableException {
        String file = part.get("file_id").optionalText();
        return file == null ? DataUri.read(part.get(name)) : new Media.Uploaded(file);
    }

    private static Block audio(Field audio) throws UntranslatableException {
        String format = audio.get("format").text().toLowerCase(Locale.ROOT);
        String type = format.equals("mp3") ? "audio/mpeg" : "audio/" + format;
        return new Block.Audio(new Media.Inline(type, audio.get("data").text()));
    }

    private static Block document(Field file, Block.@Nullable CacheMark cache) throws UntranslatableException {
        String name = file.get("filename").optionalText();
        Field data = file.get("file_data");
        Media media;
        if (data.absent()) {
            media = uploadedOr(file, "file_url");
        } else if (data.text().startsWith("data:")) {
            media = DataUri.read(data);
        } else {
            // Bare base64 comes from clients that leave the prefix out; OpenAI takes PDF only.
            media = new Media.Inline("application/pdf", data.text());
        }
        return new Block.Document(media, name, cache);
    }

    /** The mark for Anthropic's prompt cache that several clients set on parts of this protocol too. */
    static Block.@Nullable CacheMark cache(Field part) {
        Field mark = part.get("cache_control");
        if (!mark.isObject()) {
            return null;
        }
        return mark.node().path("ttl").asText("").equals("1h")
                ? Block.CacheMark.ONE_HOUR
                : Block.CacheMark.FIVE_MINUTES;
    }
}
