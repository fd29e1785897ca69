package org.gatehouse.acceptance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Box;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.acceptance.Releases.INSTALLING;
import static org.gatehouse.acceptance.Releases.UPDATE;
import static org.gatehouse.acceptance.Releases.await;
import static org.gatehouse.acceptance.Releases.awaitRelease;
import static org.gatehouse.acceptance.Releases.bundle;
import static org.gatehouse.acceptance.Releases.holds;
import static org.gatehouse.acceptance.Releases.install;
import static org.gatehouse.acceptance.Releases.proven;
import static org.gatehouse.acceptance.Releases.refusal;
import static org.gatehouse.acceptance.Releases.runs;
import static org.gatehouse.acceptance.Releases.send;
import static org.gatehouse.acceptance.Releases.version;

/**
 * From this release to the next, to one that is broken, and back: three builds, {@code --next} and {@code --broken} beside the image. What was
 * called before is in the trail afterwards, whatever happens on the way.
 */
@Order(5)
@ExtendWith(Steps.Given.class)
final class UpdateRound {
    /** Two tries of a release that does not come up, and the one before. */
    private static final Duration RETURNING = Duration.ofMinutes(40);

    @Test
    void nextReleaseIsInstalledAndOneThatIsBrokenIsNot(Steps steps) throws Exception {
        Path next = bundle("next");
        Path broken = bundle("broken");
        String from = Lab.here().version();
        try (Station station = Station.copyOfSetUpBox(Lab.here().folder("update"))) {
            String[] call = new String[1];
            steps.run("carries a call before anything is updated", () -> {
                station.serve();
                call[0] = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200).requestId();
                await(station.box(), state -> runs(state, from) && proven(state, from), Lab.BOOT);
            });
            steps.run("refuses a bundle that was cut off, one that somebody else signed, and its own release",
                    () -> refusesWhatIsWrong(steps, station.box(), next));
            steps.run("takes the next release while it serves, and restarts into it", () -> {
                send(station.box(), next, Integer.MAX_VALUE);
                assertThat(station.box().post(UPDATE + "/check", Map.of()).expect(200).json().path("version").asText())
                        .isEqualTo(version(next));
                install(steps, station.box(), Map.of());
            });
            steps.run("the next release shows that it is good, with the call still in its trail", () -> {
                awaitRelease(steps, station, version(next), "good", Lab.BOOT);
                holds(station.box(), call[0]);
                station.box().chat(station.key(), Station.MODEL, "Hello again").expect(200);
            });
            steps.run("refuses the release before, for it is older", () -> {
                send(station.box(), bundle("image"), Integer.MAX_VALUE);
                assertThat(refusal(station.box(), Map.of())).isEqualTo("bundle_older");
            });
            // Before the broken one takes its slot.
            steps.run("goes back to the first release when somebody wants it", () -> {
                station.box().post(UPDATE + "/return", Map.of("restart", true)).expect(200);
                awaitRelease(steps, station, from, "given_up", Lab.BOOT);
                holds(station.box(), call[0]);
            });
            steps.run("takes a release whose daemon does not start", () -> {
                send(station.box(), broken, Integer.MAX_VALUE);
                install(steps, station.box(), Map.of());
            });
            steps.run("comes back by itself, says why, and has lost no row", () -> {
                JsonNode last = awaitRelease(steps, station, from, "returned", RETURNING).path("last");
                assertThat(last.path("version").asText()).isEqualTo(version(broken));
                assertThat(last.path("reason").asText()).contains("has not shown that it is good");
                holds(station.box(), call[0]);
                station.box().chat(station.key(), Station.MODEL, "Back again").expect(200);
            });
            steps.run("shuts down in good order", station::shutDown);
        }
    }

    /** Fixed, so that a run can be had again. */
    private static final long SEED = 20_261_122;
    private static final Pattern DAEMON = Pattern.compile("Start(ing|ed) gatehouse.service");

    private interface Moment {
        void cut(Box box) throws Exception;
    }

    @Test
    void updateThatIsCutOffLeavesTheBoxAsItWas(Steps steps) throws Exception {
        Path next = bundle("next");
        String from = Lab.here().version();
        Map<String, Moment> moments = new java.util.LinkedHashMap<>();
        moments.put("while the bundle is sent", box -> send(box, next, 64 << 20));
        for (String step : List.of("Copying", "Unpacking", "Writing", "Reading")) {
            moments.put("at the step '" + step + "'", box -> {
                send(box, next, Integer.MAX_VALUE);
                box.post(UPDATE + "/install", Map.of("restart", false)).expect(200);
                await(box, state -> state.path("work").path("step").asText().startsWith(step)
                        || state.path("work").isNull(), INSTALLING);
            });
        }
        try (Station station = Station.copyOfSetUpBox(Lab.here().folder("update-cut"))) {
            station.makeDisksHonest();
            steps.run("serves before anything is cut", station::serve);
            String call = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200).requestId();
            await(station.box(), state -> proven(state, from), Lab.BOOT);
            for (Map.Entry<String, Moment> moment : moments.entrySet()) {
                steps.run("cut " + moment.getKey() + ": comes back with what runs whole", () -> {
                    moment.getValue().cut(station.box());
                    station.machine().cutPower();
                    station.serve();
                    JsonNode state = station.box().get(UPDATE).expect(200).json();
                    steps.note("runs " + state.path("version").asText());
                    holds(station.box(), call);
                    await(station.box(), now -> proven(now, now.path("version").asText()), Lab.BOOT);
                });
            }
            steps.run("the next release is installed after all of that", () -> {
                if (!runs(station.box().get(UPDATE).expect(200).json(), version(next))) {
                    send(station.box(), next, Integer.MAX_VALUE);
                    install(steps, station.box(), Map.of());
                }
                awaitRelease(steps, station, version(next), "good", Lab.BOOT);
                holds(station.box(), call);
            });
        }
    }

    /** The next release has a schema step that takes a while. H2 keeps each statement of it by itself. */
    @Test
    void schemaStepThatIsCutOffIsDoneAgain(Steps steps) throws Exception {
        Path next = bundle("next");
        Random random = new Random(SEED);
        for (int cut = 1; cut <= Math.max(1, Integer.getInteger("acceptance.cuts", 3) / 3); cut++) {
            try (Station station = Station.copyOfSetUpBox(Lab.here().folder("update-schema"))) {
                station.makeDisksHonest();
                station.rebuild(station.hardware().withKernelArguments(Lab.TALKATIVE));
                steps.run("cut " + cut + " while the next release brings the schema forward: its second try is good",
                        () -> {
                            station.serve();
                            String call = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200)
                                    .requestId();
                            await(station.box(), state -> proven(state, Lab.here().version()), Lab.BOOT);
                            send(station.box(), next, Integer.MAX_VALUE);
                            int mark = station.machine().serial().mark();
                            install(steps, station.box(), Map.of());
                            station.machine().serial().await(DAEMON, mark, Lab.BOOT);
                            long later = 4_000 + random.nextLong(20_000);
                            Thread.sleep(later);
                            station.machine().cutPower();
                            steps.note("cut " + later + " ms after its daemon was started");
                            station.serve();
                            awaitRelease(steps, station, version(next), "good", Lab.BOOT);
                            holds(station.box(), call);
                            station.box().chat(station.key(), Station.MODEL, "Hello again").expect(200);
                        });
            }
        }
    }

    private static void refusesWhatIsWrong(Steps steps, Box box, Path next) throws Exception {
        send(box, next, 100 << 20);
        assertThat(refusal(box, Map.of())).as("cut off").isEqualTo("bundle_damaged");
        send(box, bundle("image"), Integer.MAX_VALUE);
        assertThat(refusal(box, Map.of())).as("its own release").isEqualTo("bundle_same");
        send(box, Path.of(Lab.property("foreign")), Integer.MAX_VALUE);
        assertThat(refusal(box, Map.of())).as("signed by another").isEqualTo("bundle_untrusted");
        steps.note("nothing was written");
        JsonNode state = box.get(UPDATE).expect(200).json();
        assertThat(state.path("releases")).hasSize(1);
    }
}
