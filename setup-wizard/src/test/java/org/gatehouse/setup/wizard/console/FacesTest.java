package org.gatehouse.setup.wizard.console;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.setup.wizard.box.Place;
import org.gatehouse.setup.wizard.box.Readiness;
import org.gatehouse.setup.wizard.terminal.Console;
import org.gatehouse.setup.wizard.terminal.Key;
import org.gatehouse.setup.wizard.terminal.Screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the box's own screen says, and that it fits. */
final class FacesTest {
    private static final URI OWN = URI.create("https://127.0.0.1:443");
    private static final String FINGERPRINT = "AB:".repeat(31) + "CD";
    private static final Console CONSOLE = new Silent();

    @TempDir
    Path root;

    private record Silent() implements Console {
        @Override
        public Size size() {
            return new Size(24, 80);
        }

        @Override
        public boolean isPlain() {
            return true;
        }

        @Override
        public void show(Screen screen) {
            throw new AssertionError("nothing is drawn here");
        }

        @Override
        public void refresh() {
            throw new AssertionError("nothing is drawn here");
        }

        @Override
        public Key key(long millis) {
            return Key.of(Key.Kind.NONE);
        }
    }

    private Machine machine() {
        return new Machine(root, Clock.fixed(Instant.parse("2026-05-01T10:00:00Z"), ZoneOffset.UTC), root);
    }

    private static String text(Screen screen) {
        assertThat(screen.lines()).hasSize(24).allSatisfy(line -> assertThat(line.text().length()).isLessThan(80));
        return screen.lines().stream().map(Screen.Line::text).collect(Collectors.joining("\n"));
    }

    @Test
    void newBoxShowsFingerprintAndCodeWhole() {
        String text = text(Faces.fresh(CONSOLE, machine(), OWN, new Standing.Fresh("1.2.3", FINGERPRINT, "ABCD-EFGH")));
        assertThat(text).contains("This box is new", "ABCD-EFGH", FINGERPRINT.substring(0, 48),
                FINGERPRINT.substring(48), "Enter: set it up here").doesNotContain("more below");
    }

    @Test
    void claimedBoxShowsNoCode() {
        assertThat(text(Faces.fresh(CONSOLE, machine(), OWN, new Standing.Fresh("1.2.3", FINGERPRINT, ""))))
                .contains("Set-up of this box has begun").doesNotContain("claim code");
    }

    @Test
    void boxThatCarriesNoCallsSaysWhy() {
        String text = text(Faces.serving(CONSOLE, machine(), OWN, new Standing.Serving("1.2.3", FINGERPRINT,
                new Readiness(false, List.of("The disk is full.")), List.of("store: no room", "a", "b", "c"), "")));
        assertThat(text).contains("IT CARRIES NO CALLS", "The disk is full.", "store: no room", "2026-05-01",
                "not synchronised").doesNotContain("more below");
    }

    @Test
    void timeThatAServerSetIsCalledSynchronised() throws IOException {
        Files.createDirectories(root.resolve("run/systemd/timesync"));
        Files.createFile(root.resolve("run/systemd/timesync/synchronized"));
        assertThat(machine().time()).endsWith(", synchronised");
    }

    @Test
    void timeIsThatOfTheZoneThatTheMachineHasNow() throws IOException {
        Path zone = Files.createDirectories(root.resolve("etc")).resolve("localtime");
        Files.createSymbolicLink(zone, Path.of("/usr/share/zoneinfo/Europe/Berlin"));
        assertThat(machine().time()).startsWith("2026-05-01 12:00:00 CEST,");
        Files.delete(zone);
        Files.createSymbolicLink(zone, Path.of("../usr/share/zoneinfo/Asia/Tokyo"));
        assertThat(machine().time()).startsWith("2026-05-01 19:00:00 JST,");
    }

    @Test
    void whatIsWantingOfTheEncryptionIsSaidAndNothingElse() throws IOException {
        assertThat(serving()).doesNotContain("Data  ");
        Path kept = Files.createDirectories(root.resolve("var/lib/gatehouse-agent/encryption")).resolve("kept");
        Path told = Files.createDirectories(root.resolve("run/gatehouse-data")).resolve("state");
        Files.writeString(told, "opened=plain\nsealed=false\ntpm=false\npartition=/dev/vda6\n");
        assertThat(serving()).contains("NOT ENCRYPTED", "no TPM 2.0");
        Files.writeString(told, "opened=tpm\nsealed=true\ntpm=true\npartition=/dev/vda6\n");
        assertThat(serving()).contains("NOBODY KEEPS THE RECOVERY KEY");
        Files.createFile(kept);
        assertThat(serving()).doesNotContain("Data  ");
        Files.writeString(told, "opened=recovery-key\nsealed=false\ntpm=false\npartition=/dev/vda6\n");
        assertThat(serving()).contains("asked for at each start");
    }

    private String serving() {
        return text(Faces.serving(CONSOLE, machine(), OWN, new Standing.Serving("1.2.3", FINGERPRINT,
                new Readiness(true, List.of()), List.of(), "none")));
    }

    @Test
    void nameWithoutADomainIsFoundOnTheLocalNetwork() throws IOException {
        Files.createDirectories(root.resolve("proc/sys/kernel"));
        Files.writeString(root.resolve("proc/sys/kernel/hostname"), "gatehouse-1\n");
        assertThat(machine().urls(OWN, "/")).allMatch(url -> url.startsWith("https://") && !url.contains(":443"));
        assertThat(machine().name()).isEqualTo("gatehouse-1");
    }

    @Test
    void longStartIsNotLeftWithoutAWord() {
        assertThat(text(Faces.starting(CONSOLE, machine(), new Standing.Starting(true, ""), 130)))
                .contains("Gatehouse is starting again ... 130 s", "longer than usual");
    }

    @Test
    void startThatFailedSaysWhy() throws IOException {
        Place place = new Place(root);
        assertThat(place.startFailure(Instant.EPOCH)).isEmpty();
        Files.writeString(root.resolve("start-failure"), "The data disk is full. Make room.\n");
        assertThat(text(Faces.starting(CONSOLE, machine(),
                new Standing.Starting(false, place.startFailure(Instant.EPOCH).orElseThrow()), 20)))
                .contains("It could not start", "The data disk is full. Make room.");
        assertThat(place.startFailure(Instant.now().plusSeconds(60))).as("of another time").isEmpty();
    }

    @Test
    void consoleThatNobodyTouchesGivesUp() {
        AtomicLong now = new AtomicLong();
        IdleConsole idle = new IdleConsole(CONSOLE, now::get, Duration.ofMinutes(5));
        assertThat(idle.key(0).kind()).isEqualTo(Key.Kind.NONE);
        now.set(Duration.ofMinutes(6).toNanos());
        assertThatThrownBy(() -> idle.key(0)).isInstanceOf(IdleConsole.Deserted.class);
    }
}
