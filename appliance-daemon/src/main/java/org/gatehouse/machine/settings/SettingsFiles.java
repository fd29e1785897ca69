package org.gatehouse.machine.settings;

import java.util.LinkedHashMap;
import java.util.Map;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.MachineSettings.Mode;

/** Which files make a machine's settings what they are. Stateless. */
final class SettingsFiles {
    static final String HOSTNAME = "etc/hostname";
    static final String ZONE = "etc/localtime";
    static final String TIME = "etc/systemd/timesyncd.conf.d/10-gatehouse.conf";
    /** What was asked for, for the daemon to read. */
    static final String SETTINGS = AgentState.FOLDER + "settings.json";
    static final String ZONES = "usr/share/zoneinfo/";

    private SettingsFiles() {}

    /** What each file shall be. The settings must have been checked. Those of the network are left out where it stays. */
    static Map<String, Content> of(MachineSettings wanted, boolean network) {
        Map<String, Content> files = new LinkedHashMap<>();
        files.put(HOSTNAME, new Content.Text(wanted.name() + "\n"));
        files.put(ZONE, new Content.Link("/" + ZONES + wanted.timeZone()));
        files.put(TIME, wanted.ntpServers().isEmpty()
                ? new Content.Nothing()
                : new Content.Text("[Time]\nNTP=" + String.join(" ", wanted.ntpServers()) + "\n"));
        if (network) {
            files.putAll(NetworkFiles.of(wanted.network()));
        }
        files.put(SETTINGS, new Content.Text(Json.text(Json.tree(wanted)) + "\n"));
        return files;
    }

    /** What will be in force: a network that shall stay as it is, is that of before. */
    static MachineSettings merged(MachineSettings wanted, MachineSettings.Network before) {
        return new MachineSettings(wanted.name(), wanted.timeZone(), wanted.ntpServers(),
                wanted.network().mode() == Mode.UNCHANGED ? before : wanted.network(), null);
    }
}
