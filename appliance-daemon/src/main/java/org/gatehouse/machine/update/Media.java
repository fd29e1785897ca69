package org.gatehouse.machine.update;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.About;

/** What is plugged in. Immutable. */
public record Media(
        @About("Files that look like bundles; nothing of them has been checked.") List<MediumFile> bundles,
        @About("What can't be read, and why.") List<UnreadableMedium> unreadable) {

    /** Copies the lists. */
    public Media {
        bundles = List.copyOf(bundles);
        unreadable = List.copyOf(unreadable);
    }

    /** Files, out of the agent's answer. */
    public static List<MediumFile> files(JsonNode list) {
        List<MediumFile> files = new ArrayList<>();
        for (JsonNode one : list) {
            files.add(new MediumFile(one.path("device").asText(), one.path("file").asText(),
                    one.path("bytes").asLong()));
        }
        return files;
    }

    /** What can't be read, out of the agent's answer. */
    public static List<UnreadableMedium> unreadable(JsonNode plugged) {
        List<UnreadableMedium> unreadable = new ArrayList<>();
        for (JsonNode one : plugged.path("unreadable")) {
            unreadable.add(new UnreadableMedium(one.path("device").asText(), one.path("reason").asText()));
        }
        return unreadable;
    }

    /** Something that was plugged in and can't be read. Immutable. */
    public record UnreadableMedium(@About("The device.") String device,
            @About("What is wrong with it, and what to do.") String reason) {}
}
