package org.gatehouse.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

import org.gatehouse.cli.AdminCommands;
import org.gatehouse.governance.form.Json;

import static org.assertj.core.api.Assertions.assertThat;

/** The command line on a machine that has nothing of the box but its address, its certificate and a token. */
final class CommandFromElsewhereIT {
    @TempDir
    Path data;
    @TempDir
    Path elsewhere;

    @Test
    void tokenAndCertificateAreAllThatACommandNeeds() throws Exception {
        Optional<String> address = TestDaemon.ownAddress();
        Assumptions.assumeTrue(address.isPresent(), "this machine has no address but loopback");
        try (TestDaemon box = TestDaemon.tls(data, address.get(), null)) {
            String made = box.send(HttpRequest.newBuilder(box.uri("/api/v1/tokens"))
                    .header("authorization", "Bearer " + box.token("admin-token"))
                    .header("content-type", "application/json").POST(HttpRequest.BodyPublishers
                            .ofString("{\"name\":\"laptop\",\"access\":\"auditor\"}")))
                    .body();
            String token = Json.trusted(made).get("secret").asText();
            List<String> to = List.of("--server", box.uri("").toString(), "--data", elsewhere.toString(), "--token",
                    token);
            String certificate = data.resolve("tls/certificate.pem").toString();
            assertThat(run(to, "status", "--cacert", certificate)).contains("store");
            assertThat(run(to, "departments", "create", "--name", "x", "--cacert", certificate)).contains("change");
            assertThat(run(to, "status")).contains("--cacert");
        }
    }

    /** What the command says, whether it succeeds or not. */
    private static String run(List<String> to, String... words) {
        CommandLine root = new CommandLine(CommandSpec.create().name("gatehouse"));
        AdminCommands.all().forEach(line -> root.addSubcommand(line.getCommandName(), line));
        StringWriter said = new StringWriter();
        root.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(to);
        root.execute(all.toArray(String[]::new));
        return said.toString();
    }
}
