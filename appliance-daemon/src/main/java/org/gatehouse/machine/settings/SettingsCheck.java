package org.gatehouse.machine.settings;

import java.nio.file.Files;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.Addresses;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.MachineSettings.Mode;
import org.gatehouse.machine.MachineSettings.Network;
import org.gatehouse.machine.agent.Refused;

/** Holds what was asked for against the machine that it is for. The daemon has done the same; here nobody believes it. Stateless. */
final class SettingsCheck {
    /** HOST_NAME_MAX of Linux. */
    private static final int LONGEST_NAME = 64;
    private static final Pattern CARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,14}");

    private SettingsCheck() {}

    static MachineSettings read(JsonNode asked, DurableFiles files) throws Refused {
        MachineSettings wanted = switch (Json.read(asked, MachineSettings.class)) {
            case Reading.Whole<MachineSettings>(MachineSettings whole) -> whole;
            case Reading.Broken<MachineSettings>(var errors) -> throw new Refused("settings_invalid",
                    "The settings are wrong: " + errors.getFirst().field() + " " + errors.getFirst().message() + ".");
        };
        if (wanted.name().length() > LONGEST_NAME) {
            throw new Refused("name_too_long", "The name has " + wanted.name().length() + " characters; "
                    + LONGEST_NAME + " is the most that the system takes. Take a shorter one.");
        }
        if (!Files.isRegularFile(files.at(SettingsFiles.ZONES + wanted.timeZone()))) {
            throw new Refused("time_zone_unknown", "The system does not know the time zone " + wanted.timeZone()
                    + ". Take one such as Europe/Berlin.");
        }
        check(wanted.network(), files);
        return wanted;
    }

    private static void check(Network network, DurableFiles files) throws Refused {
        String card = network.device();
        if (network.mode() == Mode.UNCHANGED) {
            if (!network.dns().isEmpty() || !network.searchDomains().isEmpty()) {
                throw new Refused("network_unchanged", "Name servers and search domains belong to a network card: say"
                        + " mode dhcp or static, and the card.");
            }
            return;
        }
        if (card == null || !CARD.matcher(card).matches() || card.equals("lo")
                || !Files.isDirectory(files.at("sys/class/net/" + card))) {
            throw new Refused("card_unknown", "The box has no network card " + card + ".");
        }
        if (network.mode() != Mode.STATIC) {
            return;
        }
        String address = network.address();
        if (address == null || !Addresses.isOfAHost(address)) {
            throw new Refused("address_unusable", "The address " + address + " is none that a box can have in its"
                    + " network. Take another one, with the length of the network's prefix.");
        }
        String gateway = network.gateway();
        if (gateway != null && !reachable(address, gateway)) {
            throw new Refused("gateway_elsewhere", "The gateway " + gateway + " does not lie in the network of "
                    + address + ", or is the box itself. Correct the one or the other.");
        }
    }

    private static boolean reachable(String address, String gateway) {
        String plain = gateway.replaceFirst("%.*", "");
        return !Addresses.same(address, plain)
                && (Addresses.inOneNet(address, plain) || Addresses.isLinkLocal6(plain) && address.contains(":"));
    }
}
