package org.gatehouse.acceptance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Claim;
import org.gatehouse.acceptance.machine.Hardware;

import static org.assertj.core.api.Assertions.assertThat;

/** The mains fail: QEMU is killed, with the guest's flushes carried out before and nothing after. How often is {@code --cuts}. */
@Order(3)
@ExtendWith(Steps.Given.class)
final class PowerCutRound {
    /** Fixed, so that a run can be had again. */
    private static final long SEED = 20_261_122;
    private static final int CUTS = Integer.getInteger("acceptance.cuts", 3);
    private static final int MOST_CALLS = 120;
    private static final Pattern FIRMWARE = Pattern.compile("BdsDxe: starting");

    /** Has the kernel panic at an interrupt that it knows no reason for. */
    private static final List<String> PANICS = List.of("unknown_nmi_panic");

    /** Where in a first boot, and up to how much later. */
    private record Moment(String name, Pattern line, Duration within) {}

    private static final List<Moment> FIRST_BOOT = List.of(
            new Moment("while the partitions are made", Pattern.compile("systemd-repart"), Duration.ofSeconds(4)),
            new Moment("when the root file system is entered", Pattern.compile("Switch Root|Switching root"),
                    Duration.ofSeconds(8)),
            new Moment("while the daemon makes its keys and its database",
                    Pattern.compile("Start(ing|ed) gatehouse.service"), Duration.ofSeconds(40)),
            new Moment("when consoles and network are up", Pattern.compile("Multi-User System"),
                    Duration.ofSeconds(60)));

    @Test
    void firstBootThatIsCutOffIsGoneOnWith(Steps steps) throws Exception {
        Random random = new Random(SEED);
        for (int disk = 0; disk * FIRST_BOOT.size() < CUTS; disk++) {
            int cuts = Math.min(FIRST_BOOT.size(), CUTS - disk * FIRST_BOOT.size());
            // Few cuts are spread over the moments: the last ones hit what has begun to exist.
            List<Moment> moments = FIRST_BOOT.subList(disk == 0 ? FIRST_BOOT.size() - cuts : 0,
                    disk == 0 ? FIRST_BOOT.size() : cuts);
            try (Station station = Station.unpacked(Lab.here().folder("power-cut-first-boot"))) {
                station.makeDisksHonest();
                Hardware quiet = station.hardware();
                station.rebuild(quiet.withKernelArguments(Lab.TALKATIVE));
                for (Moment moment : moments) {
                    steps.run("cut in first boot " + (disk + 1) + " " + moment.name(), () -> {
                        station.switchOn().serial().await(moment.line(), 0, Lab.BOOT);
                        long later = random.nextLong(moment.within().toMillis());
                        Thread.sleep(later);
                        station.machine().cutPower();
                        steps.note("cut " + later + " ms after the line, " + station.machine().sinceOn().toSeconds()
                                + " s after power-on");
                    });
                }
                steps.run("first boot " + (disk + 1) + " comes through after that, and the box is set up", () -> {
                    station.rebuild(quiet);
                    station.switchOn();
                    Claim claim = station.readClaim();
                    station.box().awaitAnswer(Lab.BOOT);
                    station.applyAnswers(claim);
                    station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
                    station.box().signIn(Administrator.OF_TESTS);
                    assertIntact(station);
                });
            }
        }
    }

    @Test
    void everyAcknowledgedCallOutlivesACutUnderLoad(Steps steps) throws Exception {
        Random random = new Random(SEED);
        List<String> acknowledged = new ArrayList<>();
        try (Station station = Station.copyOfSetUpBox(Lab.here().folder("power-cut-load"))) {
            station.makeDisksHonest();
            steps.run("serves before anything is cut", station::serve);
            steps.run("serves again after the reset button", () -> {
                int mark = station.machine().serial().mark();
                station.machine().reset();
                station.machine().serial().await(FIRMWARE, mark, Lab.BOOT);
                station.box().awaitReady(Lab.BOOT);
                station.box().signIn(Administrator.OF_TESTS);
                assertIntact(station);
            });
            steps.run("serves again after its kernel has panicked", () -> {
                Hardware usual = station.hardware();
                station.shutDown();
                station.rebuild(usual.withKernelArguments(PANICS));
                station.serve();
                int mark = station.machine().serial().mark();
                station.machine().interrupt();
                station.machine().serial().await(FIRMWARE, mark, Lab.BOOT);
                station.box().awaitReady(Lab.BOOT);
                station.box().signIn(Administrator.OF_TESTS);
                assertIntact(station);
                station.machine().cutPower();
                station.rebuild(usual);
                station.serve();
            });
            for (int cut = 1; cut <= CUTS; cut++) {
                steps.run("cut " + cut + " under load: comes back, the trail is whole, every answered call is in it",
                        () -> {
                            int calls = 10 + random.nextInt(MOST_CALLS);
                            int inThisRun;
                            try (Load load = new Load(station.box(), station.key())) {
                                load.await(calls);
                                station.machine().cutPower();
                                load.close();
                                inThisRun = load.acknowledged().size();
                                acknowledged.addAll(load.acknowledged());
                            }
                            station.serve();
                            steps.measured("ready", station.machine().sinceOn());
                            steps.note(inThisRun + " calls were answered before the cut");
                            assertIntact(station);
                            // Of earlier cuts too: what was there once stays.
                            for (String requestId : acknowledged) {
                                JsonNode rows = station.box().rowsOf(requestId);
                                assertThat(rows).as("rows of the answered call " + requestId).hasSize(1);
                            }
                        });
            }
        }
    }

    private static void assertIntact(Station station) throws Exception {
        JsonNode trail = station.box().verifiedTrail();
        assertThat(trail.path("intact").asBoolean()).as(trail.toString()).isTrue();
    }
}
