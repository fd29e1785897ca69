package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.machine.Stick;
import org.gatehouse.acceptance.machine.UsbPorts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.acceptance.Releases.UPDATE;
import static org.gatehouse.acceptance.Releases.awaitRelease;
import static org.gatehouse.acceptance.Releases.bundle;
import static org.gatehouse.acceptance.Releases.holds;
import static org.gatehouse.acceptance.Releases.proven;
import static org.gatehouse.acceptance.Releases.refusal;
import static org.gatehouse.acceptance.Releases.version;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * USB sticks that are plugged in while the box serves: hostile ones, then one with the next release. Wants an image of the flavour metal: the
 * kernel for virtual machines knows no USB.
 */
@Order(5)
@ExtendWith(Steps.Given.class)
final class StickRound {
    private static final String NAME = "next.bundle";
    private static final Duration NOTICED = Duration.ofMinutes(2);
    private static final long MEBIBYTE = 1 << 20;

    /** A stick, and how what is on it must be refused. */
    private record Hostile(Stick stick, String code) {}

    @Test
    void nextReleaseComesFromAStickAndHostileSticksAreRefused(Steps steps) throws Exception {
        assumeTrue(bundle("image").toString().endsWith("-metal.bundle"), "an image that knows USB");
        Path folder = Lab.here().folder("stick");
        Path next = bundle("next");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            station.rebuild(station.hardware().with(new UsbPorts()));
            String[] call = new String[1];
            steps.run("serves with empty USB sockets", () -> {
                station.serve();
                call[0] = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200).requestId();
                assertThat(media(station.box()).path("bundles")).isEmpty();
                Releases.await(station.box(), state -> proven(state, Lab.here().version()), Lab.BOOT);
            });
            for (Map.Entry<String, Hostile> one : sticks(folder, next).entrySet()) {
                steps.run(one.getKey() + ": refused, and the box goes on serving", () -> {
                    station.machine().plugIn(one.getValue().stick());
                    refuses(steps, station, one.getValue().code());
                    station.machine().pullOut();
                    awaitMedia(station.box(), now -> !isThere(now));
                });
            }
            Stick good = Stick.fat(folder.resolve("good.raw"), Map.of(NAME, next));
            Map<String, Object> choice = new LinkedHashMap<>();
            steps.run("a stick with the next release: listed and checked", () -> {
                station.machine().plugIn(good);
                JsonNode listed = awaitMedia(station.box(), now -> !now.path("bundles").isEmpty()).path("bundles")
                        .path(0);
                assertThat(listed.path("bytes").asLong()).isEqualTo(Files.size(next));
                choice.putAll(medium(listed.path("device").asText()));
                JsonNode checked = station.box().post(UPDATE + "/check", choice).expect(200).json();
                assertThat(checked.path("version").asText()).isEqualTo(version(next));
            });
            steps.run("is installed from the stick, and shows that it is good", () -> {
                Releases.install(steps, station.box(), choice);
                awaitRelease(steps, station, version(next), "good", Lab.BOOT);
                holds(station.box(), call[0]);
                station.box().chat(station.key(), Station.MODEL, "Hello again").expect(200);
            });
            steps.run("shuts down in good order", station::shutDown);
        }
        Lab.remove(folder);
    }

    private static Map<String, Hostile> sticks(Path folder, Path next) throws IOException {
        Path cut = Files.copy(next, folder.resolve("cut.bundle"));
        try (var file = java.nio.channels.FileChannel.open(cut, java.nio.file.StandardOpenOption.WRITE)) {
            file.truncate(100 * MEBIBYTE);
        }
        Path links = Files.createDirectories(folder.resolve("links"));
        Files.createSymbolicLink(links.resolve(NAME), Path.of("/etc/shadow"));
        byte[] noise = "This is no file system. ".repeat(40_000).getBytes(StandardCharsets.UTF_8);
        Map<String, Hostile> sticks = new LinkedHashMap<>();
        sticks.put("a bundle that was cut off",
                new Hostile(Stick.fat(folder.resolve("cut.raw"), Map.of(NAME, cut)), "bundle_damaged"));
        sticks.put("a bundle that somebody else signed", new Hostile(
                Stick.fat(folder.resolve("foreign.raw"), Map.of(NAME, Path.of(Lab.property("foreign")))),
                "bundle_untrusted"));
        sticks.put("a folder in place of the bundle",
                new Hostile(Stick.fat(folder.resolve("folder.raw"), Map.of("other.bundle", cut)).withFolder(NAME),
                        "no_bundle"));
        sticks.put("a link to the box's own files in place of the bundle, on ext4",
                new Hostile(Stick.ext4(folder.resolve("link.raw"), links), "medium_unreadable"));
        sticks.put("ext4 with a bad superblock", new Hostile(Stick.ext4(folder.resolve("super.raw"), links)
                .overwrite(1024 + 24, new byte[]{-1, -1, -1, -1, -1, -1, -1, -1}), "medium_unreadable"));
        sticks.put("FAT whose tables are nonsense", new Hostile(Stick.fat(folder.resolve("fat.raw"),
                Map.of(NAME, cut)).overwrite(MEBIBYTE + 16 * 1024, noise), "medium_unreadable"));
        sticks.put("a partition table that lies about where partitions are",
                new Hostile(Stick.blank(folder.resolve("lies.raw")).withPartition(0, 0x0c, MEBIBYTE, 1L << 40)
                        .withPartition(1, 0x0c, 1L << 39, MEBIBYTE).withPartition(2, 0x05, 512, 512),
                        "medium_unreadable"));
        sticks.put("partitions that are called as the box's own are", new Hostile(
                Stick.blank(folder.resolve("names.raw")).withTable("""
                        label: gpt
                        size=100MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=gatehouse-esp
                        size=100MiB, name=gatehouse-data
                        size=100MiB, name=_empty
                        size=100MiB, name=_empty
                        """), "medium_unreadable"));
        return sticks;
    }

    private static void refuses(Steps steps, Station station, String code) throws IOException {
        JsonNode media = awaitMedia(station.box(), StickRound::isThere);
        JsonNode bundles = media.path("bundles");
        JsonNode unreadable = media.path("unreadable");
        steps.note(unreadable.isEmpty() ? "listed: " + bundles.size() : unreadable.path(0).path("reason").asText());
        String device = (bundles.isEmpty() ? unreadable : bundles).path(0).path("device").asText();
        assertThat(refusal(station.box(), medium(device))).isEqualTo(code);
        station.box().awaitReady(Lab.BOOT);
        station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
        JsonNode state = station.box().get(UPDATE).expect(200).json();
        assertThat(state.path("releases")).as("nothing was written").hasSize(1);
    }

    private static boolean isThere(JsonNode media) {
        return !media.path("bundles").isEmpty() || !media.path("unreadable").isEmpty();
    }

    private static Map<String, Object> medium(String device) {
        return Map.of("medium", Map.of("device", device, "file", NAME));
    }

    private static JsonNode media(Box box) throws IOException {
        return box.get(UPDATE + "/media").expect(200).json();
    }

    private static JsonNode awaitMedia(Box box, java.util.function.Predicate<JsonNode> wanted) throws IOException {
        return box.awaitJson(UPDATE + "/media", wanted, NOTICED);
    }
}
