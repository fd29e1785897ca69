package org.gatehouse.machine.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsChangeTest {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final String STATIC = """
            {"name":"gw1","timeZone":"Europe/Berlin","ntpServers":["time.example.com"],"network":{"mode":"static",
             "device":"eno1","address":"192.0.2.7/24","gateway":"192.0.2.1","dns":["192.0.2.53"],
             "searchDomains":["example.com"]}}""";
    private static final String NAME_ONLY = "{\"name\":\"gw2\",\"timeZone\":\"Etc/UTC\"}";

    @TempDir
    private Path folder;
    private Path root = Path.of("");
    private final List<String> called = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();
    private String broken = "nothing";
    private Instant now = Instant.parse("2026-11-22T04:00:00Z");

    /** Cut by the power, which no handler of failures sees. */
    private static final class PowerCut extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Files on a box whose power is cut at one step. */
    private static final class CutFiles extends DurableFiles {
        private int left;

        CutFiles(Path root, int steps) {
            super(root);
            left = steps;
        }

        @Override
        void step() {
            if (left-- == 0) {
                throw new PowerCut();
            }
        }
    }

    @BeforeEach
    void furnishes() throws IOException {
        root = folder.resolve("root");
        TestAppliance.furnish(root);
    }

    private SettingsChange change(DurableFiles files) {
        Programs programs = (command, _) -> {
            called.add(String.join(" ", command));
            return new Programs.Ended(command.contains(broken) ? 1 : 0, "");
        };
        return new SettingsChange(root, files, new Activation(programs, "/self", (_, task) -> later.add(task)),
                () -> now, () -> "id" + now.getEpochSecond());
    }

    private SettingsChange change() {
        return change(new DurableFiles(root));
    }

    private void apply(String settings) throws Exception {
        change().apply(Json.trusted(settings), WITHIN);
    }

    private String text(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    /** What services and the daemon see. */
    private Map<String, String> seen() throws IOException {
        Map<String, String> seen = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : all.toList()) {
                String name = root.relativize(path).toString();
                if (Files.isSymbolicLink(path)) {
                    seen.put(name, "-> " + Files.readSymbolicLink(path));
                } else if (Files.isRegularFile(path) && !name.endsWith(".new") && !name.endsWith("lock")
                        && !name.endsWith("undone.json")) {
                    seen.put(name, Files.readString(path));
                }
            }
        }
        return seen;
    }

    @Test
    void aFixedAddressBecomesAFileThatNetworkdReads() throws Exception {
        apply(STATIC);

        assertThat(text("etc/systemd/network/10-gatehouse.network")).isEqualTo("""
                [Match]
                Name=eno1

                [Network]
                Address=192.0.2.7/24
                Gateway=192.0.2.1
                DHCP=no
                IPv6AcceptRA=no
                LinkLocalAddressing=ipv6
                MulticastDNS=yes
                LLMNR=no
                DNS=192.0.2.53
                Domains=example.com
                """);
        assertThat(text("etc/hostname")).isEqualTo("gw1\n");
        assertThat(Files.readSymbolicLink(root.resolve("etc/localtime"))).hasToString(
                "/usr/share/zoneinfo/Europe/Berlin");
        assertThat(text("etc/systemd/timesyncd.conf.d/10-gatehouse.conf")).isEqualTo("[Time]\nNTP=time.example.com\n");
        assertThat(called).containsExactly(
                "systemd-run --quiet --collect --unit=gatehouse-settings-undo-id1795320000 --on-active=60s"
                        + " --timer-property=AccuracySec=1s --setenv=GATEHOUSE_NO_BUILD=1 /self agent --undo"
                        + " id1795320000",
                "systemctl start gatehouse-hostname.service",
                "systemctl --no-block try-restart systemd-timesyncd.service");
        later.forEach(Runnable::run);
        assertThat(called).endsWith("networkctl reload");
    }

    @Test
    void aVlanIsADeviceOfItsOwnAndGoesWhenItIsAnotherOne() throws Exception {
        String vlan = "{\"name\":\"gw\",\"network\":{\"mode\":\"dhcp\",\"device\":\"eno1\",\"vlan\":%d}}";
        apply(vlan.formatted(7));

        assertThat(text(NetworkFiles.CARD)).contains("VLAN=vlan7\n", "DHCP=no\n");
        assertThat(text(NetworkFiles.VLAN_DEVICE)).contains("Name=vlan7\nKind=vlan\n", "Id=7\n");
        assertThat(text(NetworkFiles.VLAN)).contains("Name=vlan7\n", "DHCP=yes\n");
        now = now.plusSeconds(10);
        change().keep();
        later.clear();
        called.clear();

        apply(vlan.formatted(8));
        later.forEach(Runnable::run);
        assertThat(text(NetworkFiles.VLAN)).contains("Name=vlan8\n");
        assertThat(called).endsWith("networkctl delete vlan7", "networkctl reload");
    }

    @Test
    void aNameNeedsNoTrial() throws Exception {
        apply(NAME_ONLY);

        assertThat(root.resolve(AgentState.TRIAL)).doesNotExist();
        assertThat(called).containsExactly("systemctl start gatehouse-hostname.service");
        change().undoAtStart();
        assertThat(text("etc/hostname")).isEqualTo("gw2\n");
    }

    @Test
    void whatIsKeptStaysAndWhatIsNotGoesBackByItself() throws Exception {
        Map<String, String> before = seen();
        apply(STATIC);
        AgentState state = new AgentState(root);
        assertThat(state.trial().orElseThrow().until()).isEqualTo(now.plusSeconds(60));
        change().undo("another", "not_kept");
        assertThat(state.trial()).isPresent();

        change().undo("id1795320000", "not_kept");
        assertThat(seen()).isEqualTo(before);
        assertThat(state.undone().orElseThrow().reason()).isEqualTo("not_kept");
        assertThat(called).endsWith("networkctl reload");

        apply(STATIC);
        now = now.plusSeconds(3);
        change().keep();
        Map<String, String> kept = seen();
        change().undo("id1795320000", "not_kept");
        change().undoAtStart();
        assertThat(seen()).isEqualTo(kept);
        assertThat(state.undone()).isEmpty();
    }

    @Test
    void whoeverKeepsItBeforeItIsInForceIsRefused() throws Exception {
        apply(STATIC);

        assertRefused("trial_too_young", () -> change().keep());
        now = now.plusSeconds(2);
        change().keep();
        assertRefused("no_trial", () -> change().keep());
        assertRefused("no_trial", () -> change().undo());
    }

    @Test
    void oneChangeAtATimeIsOnTrialAndTheSameAgainIsNone() throws Exception {
        apply(STATIC);

        assertThat(change().apply(Json.trusted(STATIC), WITHIN).get("changed").asBoolean()).isFalse();
        assertThat(change().apply(Json.trusted(STATIC), WITHIN).at("/trial/id").asText()).isEqualTo("id1795320000");
        assertRefused("trial_running", () -> apply(NAME_ONLY));
    }

    @Test
    void aNetworkThatStaysAsItIsStaysAsItWasAskedFor() throws Exception {
        apply(STATIC);
        now = now.plusSeconds(3);
        change().keep();

        apply(NAME_ONLY);
        assertThat(new AgentState(root).settings().orElseThrow().network().address()).isEqualTo("192.0.2.7/24");
        assertThat(text(NetworkFiles.CARD)).contains("192.0.2.7/24");
        assertThat(root.resolve(AgentState.TRIAL)).doesNotExist();
    }

    @Test
    void whatTheSystemDoesNotTakeIsUndone() throws Exception {
        Map<String, String> before = seen();
        broken = "gatehouse-hostname.service";
        assertThatThrownBy(() -> apply(STATIC)).isInstanceOf(IOException.class);
        broken = "nothing";
        assertThat(seen()).isEqualTo(before);

        apply(STATIC);
        broken = "reload";
        later.forEach(Runnable::run);
        broken = "nothing";
        assertThat(seen()).isEqualTo(before);
        assertThat(new AgentState(root).undone().orElseThrow().reason()).isEqualTo("failed");
    }

    @Test
    void aPowerCutAtAnyStepLeavesTheOldSettingsAfterTheNextStart() throws Exception {
        apply(NAME_ONLY);
        Map<String, String> before = seen();
        int cuts = 0;
        for (int steps = 0;; steps++) {
            try {
                change(new CutFiles(root, steps)).apply(Json.trusted(STATIC), WITHIN);
                break;
            } catch (PowerCut _) {
                cuts++;
            }
            starts(before);
        }
        assertThat(cuts).isGreaterThan(15);
        starts(before);
    }

    /** Power is cut in each step of each start, too, until one comes through. */
    private void starts(Map<String, String> expected) throws Exception {
        for (int steps = 1;; steps += 2) {
            try {
                change(new CutFiles(root, steps)).undoAtStart();
                break;
            } catch (PowerCut _) {
                // The next start goes on.
            }
        }
        assertThat(seen()).isEqualTo(expected);
        assertThat(root.resolve(AgentState.TRIAL)).doesNotExist();
    }

    @Test
    void aPowerCutWhileItIsKeptLeavesAllOfTheOneOrAllOfTheOther() throws Exception {
        Map<String, String> before = seen();
        for (int steps = 0; steps < 8; steps++) {
            apply(STATIC);
            Map<String, String> after = seen();
            after.remove(AgentState.TRIAL);
            now = now.plusSeconds(5);
            try {
                change(new CutFiles(root, steps)).keep();
            } catch (PowerCut _) {
                // The box starts again.
            }
            change().undoAtStart();
            assertThat(seen()).isIn(List.of(before, after));
            if (seen().equals(after)) {
                assertThat(steps).isGreaterThan(2);
                return;
            }
        }
        assertThat(seen()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"card_unknown|\"mode\":\"dhcp\",\"device\":\"eno9\"",
            "card_unknown|\"mode\":\"dhcp\",\"device\":\"*\"", "card_unknown|\"mode\":\"dhcp\",\"device\":\"../net\"",
            "settings_invalid|\"mode\":\"dhcp\",\"device\":\"eno1\\nDHCP=no\"",
            "settings_invalid|\"mode\":\"static\",\"device\":\"eno1\"",
            "settings_invalid|\"mode\":\"dhcp\",\"device\":\"eno1\",\"vlan\":4095",
            "settings_invalid|\"mode\":\"dhcp\",\"device\":\"eno1\",\"dns\":[\"1.1.1.1\\nX=y\"]",
            "settings_invalid|\"mode\":\"dhcp\",\"device\":\"eno1\",\"searchDomains\":[\"a\\nDNS=6.6.6.6\"]",
            "address_unusable|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"192.0.2.0/24\"",
            "address_unusable|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"192.0.2.255/24\"",
            "address_unusable|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"127.0.0.1/8\"",
            "address_unusable|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"224.0.0.5/24\"",
            "address_unusable|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"0.0.0.0/0\"",
            "gateway_elsewhere|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"192.0.2.7/24\",\"gateway\":\"192.0.3.1\"",
            "gateway_elsewhere|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"192.0.2.7/24\",\"gateway\":\"192.0.2.7\"",
            "gateway_elsewhere|\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"192.0.2.7/24\",\"gateway\":\"2001:db8::1\"",
            "network_unchanged|\"dns\":[\"192.0.2.53\"]"})
    void nonsenseIsRefusedAndNothingChanges(String code, String network) throws Exception {
        Map<String, String> before = seen();

        assertRefused(code, () -> apply("{\"name\":\"gw\",\"network\":{" + network + "}}"));
        assertThat(seen()).isEqualTo(before);
        assertThat(called).isEmpty();
    }

    @Test
    void namesThatTheSystemDoesNotTakeAreRefused() {
        String label = "a".repeat(60);
        assertRefused("name_too_long", () -> apply("{\"name\":\"" + label + "." + label + "\"}"));
        assertRefused("settings_invalid", () -> apply("{\"name\":\"gw\\n1\"}"));
        assertRefused("time_zone_unknown", () -> apply("{\"name\":\"gw\",\"timeZone\":\"Asia/Tokyo\"}"));
        assertRefused("settings_invalid", () -> apply("{\"name\":\"gw\",\"timeZone\":\"../../etc/shadow\"}"));
    }

    @Test
    void aGatewayOfTheLinkAloneServesIpv6() throws Exception {
        apply("{\"name\":\"gw\",\"network\":{\"mode\":\"static\",\"device\":\"eno1\",\"address\":\"2001:db8::7/64\","
                + "\"gateway\":\"fe80::1\"}}");

        assertThat(text(NetworkFiles.CARD)).contains("Address=2001:db8:0:0:0:0:0:7/64\nGateway=fe80:0:0:0:0:0:0:1\n");
    }

    private interface Asking {
        void ask() throws Exception;
    }

    private static void assertRefused(String code, Asking asking) {
        assertThatThrownBy(asking::ask).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.code()).as(refused.message()).isEqualTo(code));
    }
}
