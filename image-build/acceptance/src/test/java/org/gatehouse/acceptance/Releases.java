package org.gatehouse.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;

import static org.assertj.core.api.Assertions.assertThat;

/** What rounds about releases share: where bundles are, what a box says of its releases, how one gets from the one to the other. */
final class Releases {
    private static final int PART = 8 << 20;
    static final String UPDATE = "/api/v1/system/update";
    private static final Duration POLL = Duration.ofSeconds(2);
    /** The system's part of the box ends before the daemon does. */
    private static final int RESTARTING = 503;
    /** Writing a slot on an emulated machine that shares its processors. */
    static final Duration INSTALLING = Duration.ofMinutes(15);

    private Releases() {}

    /** The bundle of a build: {@code image}, {@code next}, {@code broken}. */
    static Path bundle(String build) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(Lab.property(build)))) {
            return files.filter(file -> file.getFileName().toString().endsWith(".bundle")).findFirst()
                    .orElseThrow(() -> new IOException("the build '" + build + "' has no bundle"));
        }
    }

    /** The release in a bundle, by its name. */
    static String version(Path bundle) {
        return bundle.getFileName().toString().replaceFirst("gatehouse_([0-9.]+)-.*", "$1");
    }

    /** Whether that release runs. */
    static boolean runs(JsonNode state, String version) {
        return state.path("version").asText().equals(version);
    }

    /** Whether that release has shown that it is good. */
    static boolean proven(JsonNode state, String version) {
        for (JsonNode release : state.path("releases")) {
            if (release.path("version").asText().equals(version)) {
                return release.path("good").asBoolean();
            }
        }
        return false;
    }

    /** Waits until the box says of its releases what is hoped for. */
    static JsonNode await(Box box, Predicate<JsonNode> wanted, Duration limit) throws IOException {
        return box.awaitJson(UPDATE, wanted, limit);
    }

    /** The code with which a bundle is refused that the box has received, or that lies on a medium. */
    static String refusal(Box box, Map<String, Object> choice) throws IOException {
        Box.Reply reply = box.post(UPDATE + "/check", choice);
        assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
        String type = reply.json().path("type").asText();
        return type.substring(type.lastIndexOf(':') + 1);
    }

    /** Has a bundle installed, and the box restart into it. */
    static void install(Steps steps, Box box, Map<String, Object> choice) throws IOException {
        long begun = System.nanoTime();
        Map<String, Object> wish = new HashMap<>(choice);
        wish.put("restart", true);
        box.post(UPDATE + "/install", wish).expect(200);
        try {
            long end = begun + INSTALLING.toNanos();
            Box.Reply reply = box.get(UPDATE);
            while (reply.status() == 200 && !reply.json().path("work").isNull()) {
                assertThat(System.nanoTime()).as("end of the time for installing").isLessThan(end);
                LockSupport.parkNanos(POLL.toNanos());
                reply = box.get(UPDATE);
            }
            if (reply.status() != RESTARTING) {
                assertThat(reply.expect(200).json().path("trouble").isNull()).as(reply.text()).isTrue();
            }
        } catch (IOException _) {
            // It restarts already.
        }
        steps.measured("installed after", Duration.ofNanos(System.nanoTime() - begun));
    }

    /** Waits until that release runs, and an update has become what is said, whatever restarts it takes. */
    static JsonNode awaitRelease(Steps steps, Station station, String version, String outcome, Duration limit) {
        long begun = System.nanoTime();
        long end = begun + limit.toNanos();
        String seen = "";
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(POLL.toNanos());
            try {
                Box.Reply reply = station.box().get(UPDATE);
                if (reply.status() == 401) {
                    station.box().signIn(Administrator.OF_TESTS);
                }
                seen = reply.text();
                JsonNode state = reply.json();
                if (runs(state, version) && state.path("last").path("outcome").asText().equals(outcome)) {
                    steps.measured("there after", Duration.ofNanos(System.nanoTime() - begun));
                    station.box().awaitReady(Lab.BOOT);
                    return state;
                }
            } catch (IOException e) {
                seen = String.valueOf(e.getMessage());
            }
        }
        throw new AssertionError("The box does not run " + version + " as '" + outcome + "': " + seen);
    }

    /** Whether a call is in the trail, once, and the trail whole. */
    static void holds(Box box, String requestId) throws IOException {
        assertThat(box.rowsOf(requestId)).as("rows of the call " + requestId).hasSize(1);
        JsonNode trail = box.verifiedTrail();
        assertThat(trail.path("intact").asBoolean()).as(trail.toString()).isTrue();
    }

    /** Sends a bundle in parts, or its beginning. */
    static void send(Box box, Path bundle, int atMost) throws IOException {
        try (InputStream in = Files.newInputStream(bundle)) {
            long sent = 0;
            for (byte[] part = in.readNBytes(PART); part.length > 0 && sent < atMost; part = in.readNBytes(PART)) {
                box.putBytes(UPDATE + "/bundle?offset=" + sent, Arrays.copyOf(part, part.length)).expect(200);
                sent += part.length;
            }
        }
    }
}
