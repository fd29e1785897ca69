package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.machine.power.AppliancePower;
import org.gatehouse.machine.settings.ApplianceSystemChanges;
import org.gatehouse.machine.settings.TestAppliance;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The machine under the box, by an agent before a folder and programs that write down that they were called. */
class MachineApiIT {
    private static final String MACHINE = "/api/v1/system/machine";
    private static final String FIXED = "{\"name\":\"gw1\",\"network\":{\"mode\":\"static\",\"device\":\"eno1\","
            + "\"address\":\"192.0.2.7/24\",\"gateway\":\"192.0.2.1\"}}";
    @TempDir
    private Path directory;
    private AdminServer server;
    private TestAppliance appliance;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, Files.createDirectory(directory.resolve("data")));
        appliance = new TestAppliance(directory);
        server.box.machine = new ApplianceSystemChanges(appliance.agent(), appliance.root());
        server.box.power = new AppliancePower(appliance.agent());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        appliance.close();
    }

    private AdminServer.Reply put(String body) {
        return server.send("PUT", MACHINE, body, Map.of());
    }

    private AdminServer.Reply post(String path, String body) {
        return server.send("POST", MACHINE + path, body, Map.of());
    }

    private List<String> audited() {
        return server.actions.records().stream().filter(row -> row.objectId().equals("machine"))
                .map(AdminRecord::action).toList();
    }

    @Test
    void aChangeOfTheNetworkWaitsToBeKept() throws Exception {
        JsonNode changed = put(FIXED).json();
        assertThat(changed.at("/trial/secondsLeft").asLong()).isBetween(50L, 60L);
        assertThat(changed.at("/settings/network/address").asText()).isEqualTo("192.0.2.7/24");
        assertThat(changed.at("/name").asText()).isEqualTo("gw1");
        assertThat(post("/keep", "").json().at("/type").asText()).endsWith("trial_too_young");

        assertThat(post("/undo", "").json().at("/undone/reason").asText()).isEqualTo("asked");
        assertThat(appliance.root().resolve("etc/systemd/network/10-gatehouse.network")).doesNotExist();
        assertThat(audited()).containsExactly("update", "undo");
    }

    @Test
    void whatIsWrongIsRefusedWithItsReason() {
        assertThat(put("{\"name\":\"gw\",\"network\":{\"mode\":\"dhcp\",\"device\":\"eno7\"}}").json().at("/type")
                .asText()).endsWith(":card_unknown");
        assertThat(put("{\"name\":\"gw\",\"network\":{\"mode\":\"static\",\"device\":\"eno1\"}}").status())
                .isEqualTo(400);
        assertThat(put("{\"name\":\"gw\",\"timeZone\":\"Mars\"}").status()).isEqualTo(400);
        assertThat(post("/keep", "").json().at("/type").asText()).endsWith(":no_trial");
        assertThat(audited()).isEmpty();
    }

    @Test
    void powerObeysWhoeverNamesTheBoxAndLeavesATrace() throws Exception {
        assertThat(post("/restart", "{\"name\":\"another\"}").status()).isEqualTo(400);
        assertThat(appliance.called).isEmpty();

        assertThat(post("/restart", "{\"name\":\"gatehouse\"}").status()).isEqualTo(204);
        assertThat(post("/off", "{\"name\":\"gatehouse\"}").status()).isEqualTo(204);
        assertThat(appliance.called).containsExactly("systemctl --no-block reboot", "systemctl --no-block poweroff");
        assertThat(audited()).containsExactly("restart", "off");
    }

    @Test
    void aResetIsAWishThatTheNextStartFinds() throws Exception {
        assertThat(post("/reset", "{\"name\":\"gatehouse\"}").status()).isEqualTo(204);

        Path wish = appliance.root().resolve("efi/loader/gatehouse-reset");
        assertThat(wish).hasContent("everything");
        assertThat(appliance.called).containsExactly("sync -f " + wish, "systemctl --no-block reboot");
        assertThat(audited()).containsExactly("reset");
    }

    @Test
    void whereThereIsNoApplianceNothingIsDoneToItsPower() {
        server.box.power = new AppliancePower(new org.gatehouse.machine.agent.AgentClient(directory.resolve("none")));

        assertThat(post("/off", "{\"name\":\"gatehouse\"}").json().at("/type").asText()).endsWith(":no_appliance");
        assertThat(audited()).isEmpty();
    }
}
