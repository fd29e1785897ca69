package org.gatehouse.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.box.Checkout;
import org.gatehouse.acceptance.box.Claim;

import static org.assertj.core.api.Assertions.assertThat;

/** From a disk that was just written to the first governed call, and what is left of it after a restart. */
@Order(1)
@ExtendWith(Steps.Given.class)
final class FirstBootRound {
    /** The data, and the boot loader's own partition while somebody looks at it. */
    private static final Predicate<String> WRITABLE = Pattern.compile("/var(/.*)?|/efi").asMatchPredicate();
    /** HTTPS and what leads to it, multicast DNS, and the answers of DHCP. */
    private static final List<String> LISTENED_TO = List.of("443", "80", "5353", "68", "546");

    @Test
    void boxIsSetUpFromElsewhereAndItsStateOutlivesARestart(Steps steps) throws Exception {
        try (Station station = Station.unpacked(Lab.here().folder("first-boot"))) {
            Claim[] claim = new Claim[1];
            steps.run("boots to the set-up screen", () -> {
                station.switchOn();
                claim[0] = station.readClaim();
                steps.measured("power-on to the claim code on the serial line", station.machine().sinceOn());
            });
            steps.run("shows the certificate that the console named", () -> {
                station.box().awaitAnswer(Lab.BOOT);
                JsonNode setUp = station.box().get("/api/v1/setup").expect(200).json();
                assertThat(setUp.path("phase").asText()).isEqualTo("unclaimed");
                photograph(station, steps, "first-boot.png");
            });
            steps.run("refuses another claim code", () -> {
                int status = station.box().post("/api/v1/setup/claim",
                        Map.of("code", "XXXX-XXXX", "program", true)).status();
                assertThat(status).isBetween(400, 499);
            });
            steps.run("takes an answers file from elsewhere", () -> {
                String said = station.applyAnswers(claim[0]);
                assertThat(said).contains("Set-up is finished.");
            });
            String[] call = new String[1];
            steps.run("carries a governed call", () -> {
                Box.Reply reply = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
                call[0] = reply.requestId();
                assertThat(station.box().chat("ghk_00000000_nobody", Station.MODEL, "Hello").status()).isEqualTo(401);
            });
            steps.run("has the call in its trail and in its usage", () -> {
                station.box().signIn(Administrator.OF_TESTS);
                assertRowOf(station.box(), call[0]);
                assertThat(station.box().get("/api/v1/usage").expect(200).text()).contains("EUR");
            });
            steps.run("can write to nothing but its data, and listens to nothing else than is promised", () -> {
                String mounts = station.box().supportBundle("mounts.txt");
                assertThat(mounts.lines().map(line -> line.split(" ")).filter(mount -> mount[1].equals("/")).toList())
                        .as(mounts).singleElement().satisfies(root -> assertThat(root[3]).startsWith("ro"));
                assertThat(mounts.lines().map(line -> line.split(" "))
                        .filter(mount -> mount[0].startsWith("/dev/") && mount[3].startsWith("rw"))
                        .map(mount -> mount[1])).as(mounts).allMatch(WRITABLE);
                String sockets = station.box().supportBundle("sockets.txt");
                assertThat(sockets.lines().skip(1).map(line -> line.split("\\s+")[4])
                        .filter(local -> !local.startsWith("127.") && !local.startsWith("[::1]"))
                        .map(local -> local.substring(local.lastIndexOf(':') + 1)).distinct()).as(sockets)
                        .contains("443").isSubsetOf(LISTENED_TO);
            });
            steps.run("a program's token reads the disks with 'gatehouse' from elsewhere, and makes no other token",
                    () -> {
                        String token = station.box().post("/api/v1/tokens",
                                Map.of("name", "monitoring", "access", "appliance_admin")).expect(201).json()
                                .path("secret")
                                .asText();
                        Path folder = Files.createDirectories(station.hardware().folder().resolve("elsewhere"));
                        String certificate = Files.writeString(folder.resolve("box.pem"), station.box().certificate())
                                .toString();
                        Map<String, String> access = Map.of("GATEHOUSE_URL", station.box().address().toString(),
                                "GATEHOUSE_ADMIN_TOKEN", token);
                        Checkout.Outcome disks = Checkout.run(folder, access, "disks", "show", "--cacert", certificate);
                        assertThat(disks.said()).contains("vda");
                        assertThat(disks.status()).isZero();
                        Checkout.Outcome other = Checkout.run(folder, access, "tokens", "create", "--name", "another",
                                "--access",
                                "auditor", "--cacert", certificate);
                        assertThat(other.status()).as(other.said()).isNotZero();
                        steps.note(other.said().lines().findFirst().orElse(""));
                    });
            steps.run("restarts at the power button and serves again", () -> {
                station.shutDown();
                station.switchOn();
                station.box().awaitReady(Lab.BOOT);
                steps.measured("power-on to ready", station.machine().sinceOn());
            });
            steps.run("kept its state over the restart", () -> {
                station.box().signIn(Administrator.OF_TESTS);
                assertRowOf(station.box(), call[0]);
                assertThat(station.box().get("/api/v1/setup").json().path("phase").asText()).isEqualTo("finished");
                station.box().chat(station.key(), Station.MODEL, "Hello again").expect(200);
            });
            steps.run("shows its health and where it is reached on the console", () -> {
                station.machine().serial().awaitScreen(Lab.BOOT, "Health", "Console and API are reached at");
                photograph(station, steps, "set-up.png");
            });
            steps.run("shuts down in good order", station::shutDown);
            Lab.here().keep(station);
        }
    }

    /** For people to look at: what the screen shows is asserted on the serial line, which shows the same. */
    private static void photograph(Station station, Steps steps, String name) throws Exception {
        station.machine().photograph(Path.of(Lab.property("pictures"), name));
        steps.note("picture of the screen: " + name);
    }

    private static void assertRowOf(Box box, String requestId) throws Exception {
        JsonNode rows = box.rowsOf(requestId);
        assertThat(rows).as(rows.toString()).hasSize(1);
        JsonNode trail = box.verifiedTrail();
        assertThat(trail.path("intact").asBoolean()).as(trail.toString()).isTrue();
    }
}
