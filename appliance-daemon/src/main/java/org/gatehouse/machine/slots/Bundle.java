package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;

/**
 * A signed update bundle: a release's root file system, its hash tree and its kernel image in one RAUC file. RAUC checks
 * the signature and, when it unpacks, every byte. Immutable.
 *
 * @param compatible for which kind of machine
 * @param kernel the version of the kernel in it; empty where it does not say
 * @param images what is inside
 */
record Bundle(Path file, String compatible, Version version, String kernel, List<Image> images) {
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(2);
    private static final Duration LONGEST_UNPACKING = Duration.ofMinutes(30);
    /** Nothing of a bundle is called otherwise: such a name goes into no path as it is. */
    private static final Pattern IMAGE = Pattern.compile(
            "gatehouse_\\d+\\.\\d+\\.\\d+(_[0-9a-f-]{36}\\.(root|verity)\\.raw|\\.efi)");

    /** One file in it. */
    record Image(String slot, String file, long bytes) {}

    Bundle {
        images = List.copyOf(images);
    }

    /** How many bytes it has unpacked. */
    long unpacked() {
        return images.stream().mapToLong(Image::bytes).sum();
    }

    /**
     * Reads what a bundle says of itself, after its signature was checked.
     *
     * @param keyring the certificates of those whose bundles this box takes
     */
    static Bundle open(Path file, Path keyring, Programs programs) throws Refused, IOException, InterruptedException {
        Programs.Ended ended = programs.run(List.of("rauc", "--keyring=" + keyring, "info", "--output-format=json",
                file.toString()), LONGEST_LOOK);
        if (ended.status() != 0) {
            throw refusal(ended.output());
        }
        String json = ended.output().lines().filter(line -> line.startsWith("{")).findFirst().orElse("");
        if (!(Json.parse(json.getBytes(
                java.nio.charset.StandardCharsets.UTF_8)) instanceof Reading.Whole<JsonNode>(JsonNode told))) {
            throw new IOException(
                    "The bundle was checked, and nothing was told of it: " + ended.lastLine() + ". Try again");
        }
        Version version = Version.parse(told.path("version").asText()).orElseThrow(() -> damaged(
                "it names no version"));
        List<Image> images = new ArrayList<>();
        for (JsonNode one : told.path("images")) {
            for (var image : one.properties()) {
                String name = image.getValue().path("filename").asText();
                if (!IMAGE.matcher(name).matches() || !name.contains("_" + version)) {
                    throw damaged("it holds '" + image.getKey() + "' in a file that no release has");
                }
                images.add(new Image(image.getKey(), name, image.getValue().path("size").asLong()));
            }
        }
        for (String slot : List.of("root", "verity", "kernel")) {
            if (images.stream().filter(image -> image.slot().equals(slot)).count() != 1) {
                throw damaged("it does not hold one image '" + slot + "'");
            }
        }
        return new Bundle(file, told.path("compatible").asText(), version, kernel(told.path("description").asText()),
                images);
    }

    /** Bundles say it in what RAUC shows as their description: {@code Linux VERSION}. */
    private static String kernel(String description) {
        return description.startsWith("Linux ") ? description.substring("Linux ".length()) : "";
    }

    /** Unpacks it into a folder that is not there yet; every byte is checked against the signature on the way. */
    void unpack(Path into, Path keyring, Programs programs) throws Refused, IOException, InterruptedException {
        Programs.Ended ended = programs.run(List.of("rauc", "--keyring=" + keyring, "extract", file.toString(),
                into.toString()), LONGEST_UNPACKING);
        if (ended.status() != 0) {
            throw refusal(ended.output());
        }
        for (Image image : images) {
            if (!Files.isRegularFile(into.resolve(image.file()))
                    || Files.size(into.resolve(image.file())) != image.bytes()) {
                throw damaged("its image '" + image.slot() + "' has another size than it says");
            }
        }
    }

    /** RAUC's words, in ours: which of the ways in which a bundle can be wrong this is. */
    private static Refused refusal(String said) {
        if (said.contains("signature verification failed") || said.contains("Verify error")) {
            return new Refused("bundle_untrusted", "The bundle is signed by somebody whom this box does not trust."
                    + " Nothing was changed. Take the bundle from the maker of this box.");
        }
        if (said.contains("Signature size")) {
            return new Refused("bundle_damaged", "The file has no signature at its end: it was cut off, or it is no"
                    + " update bundle. Nothing was changed. Get it again and compare its SHA-256 sum.");
        }
        return damaged(Programs.Ended.lastLine(said));
    }

    private static Refused damaged(String why) {
        return new Refused("bundle_damaged",
                "The bundle is damaged: " + why + ". Nothing was changed. Get it again and compare its SHA-256 sum.");
    }
}
