package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.AdminServer;
import org.gatehouse.admin.LiveRoutes;
import org.gatehouse.governance.PublicModel;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Routes and the keys of providers on the command line. */
final class RouteCommandsIT {
    private static final String FILE = """
            apiVersion: gatehouse/v1
            upstreams:
              - name: pool
                kind: openai
                baseUrl: https://api.openai.com/v1
                keys:
                  - {name: a, account: one, secret: {env: KEY_A}}
                  - {name: b, secret: {file: b.key}}
            models:
              - name: writer
                targets:
                  - {name: stable, upstream: pool, upstreamModel: m-1}
                  - {name: candidate, upstream: pool, upstreamModel: m-2}
                route:
                  split:
                    name: canary
                    arms: [{name: control, share: 9, targets: [stable]}, {name: new, share: 1, targets: [candidate]}]
            """;
    @TempDir
    Path directory;
    private AdminServer server;
    private Shell shell;
    private Path file;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        Files.writeString(directory.resolve("daemon.json"),
                "{\"url\":\"http://127.0.0.1:" + server.server.port() + "\",\"pid\":1}");
        shell = new Shell(Map.of("GATEHOUSE_DATA", directory.toString(), "KEY_A", "sk-a"));
        Files.writeString(directory.resolve("b.key"), "sk-b\n");
        file = Files.writeString(directory.resolve("routes.yaml"), FILE);
        Shell.Result applied = shell.run("apply", "-f", file.toString());
        assertThat(applied.lastLine()).as(applied.err()).contains("2 to create");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void secretsOfKeysComeFromReferencesAndGoOutAsSuch() {
        assertThat(server.governance.upstream(server.governance.upstreams().all().getFirst().id()).orElseThrow().keys())
                .extracting(key -> key.name() + " " + key.account() + " " + key.secret())
                .containsExactly("a one sk-a", "b main sk-b");
        assertThat(shell.run("apply", "-f", file.toString()).lastLine()).contains("2 unchanged");
        String export = shell.run("export").out();
        assertThat(export).contains("POOL_A_API_KEY", "POOL_B_API_KEY").doesNotContain("sk-", "apiKey:");
        assertThat(shell.run("upstreams", "create", "--name", "vertex", "--kind", "vertex", "--base-url",
                "https://aiplatform.googleapis.com/v1", "--api-key-env", "KEY_A", "--option", "project=p", "--option",
                "location=global", "--region", "eu").status()).isZero();
        assertThat(server.governance.upstreams().all().getLast().options()).containsEntry("project", "p")
                .containsEntry("location", "global");
        assertThat(shell.run("models", "update", "writer", "--strategy", "cheapest").out()).contains(
                "strategy=cheapest",
                "canary");
    }

    @Test
    void routeIsShownAndActedOn() {
        PublicModel model = server.governance.models().all().getFirst();
        UUID stable = model.targets().getFirst().id();
        server.routes.targets.put(stable, new LiveRoutes.TargetFigures(1_234, 1_200, 4, Map.of("timeout", 30L), "open",
                Duration.ofMillis(4_321), 2, 1, Duration.ofMillis(210), Duration.ZERO, 55.5));
        server.routes.keys.put(model.targets().getFirst().upstreamId(),
                List.of(new LiveRoutes.KeyFigures("a", "one", "authentication", Duration.ZERO)));
        server.routes.arms.add(new LiveRoutes.ArmFigures("canary", "new", 8, 2, 1, 0.49, 0.8, 0.94, 320.5, 12, 40,
                1_500, "worse", "undecided"));

        Shell.Result shown = shell.run("routes", "show", "writer");
        assertThat(shown.out()).as(shown.err()).contains("12 calls, 3 further attempts", "stable pool=m-1",
                "timeout=30",
                "open", "4321", "authentication", "80.0 % (49.0 % to 94.0 %)", "worse");
        assertThat(shown.out().lines().filter(line -> line.contains("authentication"))).hasSize(1);

        assertThat(shell.run("routes", "promote", "writer", "--arm", "new").status()).isZero();
        assertThat(shares()).containsExactly(0, 10);
        assertThat(shell.run("routes", "rollback", "writer").status()).isZero();
        assertThat(shares()).containsExactly(10, 0);
        Shell.Result nobody = shell.run("routes", "promote", "writer", "--arm", "nobody");
        assertThat(nobody.status()).isEqualTo(1);
        assertThat(nobody.err()).contains("control, new");

        assertThat(shell.run("routes", "reset", "writer", "--target", "stable").status()).isZero();
        assertThat(server.routes.reset).containsExactly(stable);
        assertThat(shell.run("routes", "reset", "writer").status()).isZero();
        assertThat(server.routes.reset).hasSize(3);
        assertThat(shell.run("routes", "reset", "writer", "--target", "nobody").err()).contains("no target 'nobody'");
    }

    private List<Integer> shares() {
        return java.util.Objects.requireNonNull(java.util.Objects
                .requireNonNull(server.governance.models().all().getFirst().route()).split()).arms().stream()
                .map(arm -> arm.share()).toList();
    }
}
