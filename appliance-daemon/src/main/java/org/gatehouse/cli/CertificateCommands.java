package org.gatehouse.cli;

import java.util.Map;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine;

/** Commands about the certificate that clients see. */
final class CertificateCommands {

    private CertificateCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine certificate = NounCommands.group("certificate",
                "Shows and renews the certificate that clients see.",
                "certificate show");
        certificate.addSubcommand("show", new Leaf("show", "Shows it, and how its renewal does.", "certificate show",
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.get("system/certificate", Map.of()));
                    }
                }).commandLine());
        certificate.addSubcommand("renew", new Leaf("renew", "Asks the authority in the network for the next one now.",
                "certificate renew", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post("system/certificate/acme/renew",
                                JsonNodeFactory.instance.objectNode()));
                    }
                }).commandLine());
        return certificate;
    }
}
