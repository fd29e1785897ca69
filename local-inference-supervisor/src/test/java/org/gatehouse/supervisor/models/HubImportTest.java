package org.gatehouse.supervisor.models;

import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class HubImportTest {
    private static final String WEIGHTS = TestHub.file("model.safetensors");

    @TempDir
    Path temporary;
    private final ModelFiles files = ModelFiles.of(300_000).with("sub dir/tokens+é.txt", ModelFiles.text("tokens"));
    private StoreBench bench;
    private TestHub hub;

    @BeforeEach
    void openStore() throws Exception {
        bench = new StoreBench(temporary);
        hub = new TestHub(files);
        bench.hubs = List.of(hub.settings());
    }

    @AfterEach
    void closeStore() throws Exception {
        hub.close();
        bench.close();
    }

    @Test
    void repositoryIsPinnedToItsCommitAndImported() throws Exception {
        StoredModel model = bench.imported(StoreBench.fromHub());

        bench.assertHolds(model, files);
        assertThat(model.manifest().revision()).isEqualTo(TestHub.COMMIT);
        assertThat(model.manifest().source()).contains("mirror", "acme/tiny", "main");
    }

    @Test
    void mirrorThatKnowsOnlyTreesWorksToo() throws Exception {
        hub.withTreeOnly();

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
    }

    @Test
    void downloadThatBreaksOffGoesOnWhereItWas() throws Exception {
        hub.fault(WEIGHTS, new TestHub.Fault.CutAfter(100_000), new TestHub.Fault.CutAfter(50_000));

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
        List<TestHub.Seen> requests = hub.requestsFor(WEIGHTS);
        assertThat(requests).hasSize(3);
        assertThat(requests.get(0).range()).isEmpty();
        assertThat(requests.get(2).range()).matches("bytes=1[0-4]\\d{4}-|bytes=150000-");
    }

    @Test
    void hubThatIgnoresRangesIsReadFromTheBeginningAgain() throws Exception {
        hub.fault(WEIGHTS, new TestHub.Fault.CutAfter(100_000), new TestHub.Fault.IgnoreRange());

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
    }

    @Test
    void busyHubIsAskedAgain() throws Exception {
        hub.fault(TestHub.info(), new TestHub.Fault.Status(429, "0")).fault(WEIGHTS,
                new TestHub.Fault.Status(503, "Wed, 21 Oct 2015 07:28:00 GMT"));

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
    }

    @Test
    void hubThatKeepsFailingIsGivenUpAndCanBeResumed() throws Exception {
        TestHub.Fault broken = new TestHub.Fault.Status(500, "");
        hub.fault(WEIGHTS, broken, broken, broken, broken);
        bench.settings = bench.settings.withParallel(2, 1);
        bench.reopen();
        ImportJob job = bench.begin(StoreBench.fromHub());

        assertThat(bench.failure(job)).isInstanceOfSatisfying(ImportProblem.HubFailed.class, problem -> {
            assertThat(problem.attempts()).isEqualTo(4);
            assertThat(problem.resumable()).isTrue();
        });

        bench.assertHolds(StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id()))), files);
        assertThat(hub.requestsFor(TestHub.file("config.json"))).hasSize(1);
    }

    @Test
    void hubThatFallsSilentIsLeftAndAskedAgain() throws Exception {
        bench.settings = bench.settings.withPatience(Duration.ofMillis(300), 4, Duration.ofMillis(1),
                Duration.ofMillis(20));
        bench.reopen();
        hub.fault(WEIGHTS, new TestHub.Fault.SilentAfter(100_000));

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
        assertThat(hub.requestsFor(WEIGHTS).get(1).range()).isEqualTo("bytes=100000-");
    }

    @Test
    void hubThatCannotBeReachedIsNamed() throws Exception {
        int nobody;
        try (ServerSocket closed = new ServerSocket(0)) {
            nobody = closed.getLocalPort();
        }
        bench.hubs = List.of(HubSettings.of("mirror", URI.create("http://127.0.0.1:" + nobody)));

        assertThat(bench.failure(StoreBench.fromHub()).message()).contains("mirror", "cannot be reached");
    }

    @Test
    void wrongBytesOnceAreFetchedAgain() throws Exception {
        hub.fault(WEIGHTS, new TestHub.Fault.WrongBytes());

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
    }

    @Test
    void wrongBytesTwiceFailWithBothDigests() throws Exception {
        hub.fault(WEIGHTS, new TestHub.Fault.WrongBytes(), new TestHub.Fault.WrongBytes());

        assertThat(bench.failure(StoreBench.fromHub())).isInstanceOfSatisfying(ImportProblem.WrongContent.class,
                problem -> assertThat(problem.expected())
                        .contains(Digests.sha256(files.get("model.safetensors"))));
    }

    @Test
    void smallFilesAreHeldAgainstTheirGitNames() throws Exception {
        String config = TestHub.file("config.json");
        hub.fault(config, new TestHub.Fault.WrongBytes(), new TestHub.Fault.WrongBytes());

        assertThat(bench.failure(StoreBench.fromHub())).isInstanceOfSatisfying(ImportProblem.WrongContent.class,
                problem -> assertThat(problem.expected()).startsWith("git blob"));
    }

    @Test
    void shorterFileThanListedIsNotTaken() throws Exception {
        TestHub.Fault shorter = new TestHub.Fault.Body(new byte[1000]);
        hub.fault(WEIGHTS, shorter, shorter);

        assertThat(bench.failure(StoreBench.fromHub())).isInstanceOf(ImportProblem.WrongContent.class);
    }

    @Test
    void hubWithoutDigestsIsStillCheckedForSizesAndShape() throws Exception {
        hub.withoutDigests().fault(WEIGHTS, new TestHub.Fault.CutAfter(1000));

        bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
    }

    @Test
    void tokenGoesToTheHubAndToNobodyElse() throws Exception {
        hub.withToken("hub-secret");
        try (TestHub storage = new TestHub(files)) {
            String host = storage.base().getHost() + ":" + storage.base().getPort();
            bench.hubs = List.of(hub.settings().withToken(() -> "hub-secret").withRedirectHosts(host));
            hub.fault(WEIGHTS, new TestHub.Fault.Redirect(storage.base() + WEIGHTS));

            bench.assertHolds(bench.imported(StoreBench.fromHub()), files);
            assertThat(storage.seen).extracting(TestHub.Seen::authorization).containsOnly("");
            assertThat(hub.seen).extracting(TestHub.Seen::authorization).containsOnly("Bearer hub-secret");
        }
    }

    @Test
    void missingTokenSaysWhatToDoAndShowsNoSecret() throws Exception {
        hub.withToken("hub-secret");
        bench.hubs = List.of(hub.settings().withToken(() -> "another-secret"));

        ImportProblem problem = bench.failure(StoreBench.fromHub());

        assertThat(problem).isInstanceOf(ImportProblem.AccessDenied.class);
        assertThat(problem.message()).contains("token").doesNotContain("another-secret");
    }

    @Test
    void redirectToAForeignHostIsRefused() throws Exception {
        try (TestHub foreign = new TestHub(files)) {
            hub.fault(WEIGHTS, new TestHub.Fault.Redirect(foreign.base() + WEIGHTS + "?signature=secret"));

            ImportProblem problem = bench.failure(StoreBench.fromHub());

            assertThat(problem).isInstanceOf(ImportProblem.RedirectRefused.class);
            assertThat(problem.message()).doesNotContain("secret");
            assertThat(foreign.seen).isEmpty();
        }
    }

    @Test
    void redirectsToThisMachinesOwnNetworkAreRefusedEvenBelowAWildcard() throws Exception {
        bench.hubs = List.of(hub.settings().withRedirectHosts("*.0.0.1", "*.169.254"));
        for (String target : List.of("http://127.0.0.1:1/x", "http://127.0.0.1/x", "http://169.254.169.254/latest",
                "http://[::1]/x", "file:///etc/passwd", "https://mirror@10.0.0.1/")) {
            hub.fault(WEIGHTS, new TestHub.Fault.Redirect(target));
            assertThat(bench.failure(StoreBench.fromHub())).as(target)
                    .isInstanceOf(ImportProblem.RedirectRefused.class);
        }
    }

    @Test
    void endlessRedirectsEnd() throws Exception {
        TestHub.Fault again = new TestHub.Fault.Redirect(WEIGHTS);
        for (int i = 0; i < 30; i++) {
            hub.fault(WEIGHTS, again);
        }

        assertThat(bench.failure(StoreBench.fromHub()).message()).contains("redirects more than");
    }

    @Test
    void unknownRepositoryHubOrRevisionIsSaid() throws Exception {
        ImportWish unknown = ImportWish.of("x", new ModelSource.Hub("mirror", "acme/none", "main"), "anna");
        assertThat(bench.failure(unknown)).isInstanceOf(ImportProblem.NotFound.class);
        assertThat(bench.store.begin(ImportWish.of("x", new ModelSource.Hub("none", "a/b", "main"), "anna")))
                .isEqualTo(new ImportStart.Refused(new ImportProblem.UnknownHub("none")));
        for (String revision : List.of("", "a b", "../..", "x?y", "é")) {
            ModelSource bad = new ModelSource.Hub("mirror", "acme/tiny", revision);
            assertThat(bench.store.begin(ImportWish.of("x", bad, "anna"))).as(revision)
                    .isInstanceOf(ImportStart.Refused.class);
        }
    }

    @Test
    void loginPageInsteadOfAListingIsAStrangeAnswer() throws Exception {
        hub.fault(TestHub.info(), new TestHub.Fault.Body(ModelFiles.text("<html>Please log in</html>")));

        assertThat(bench.failure(StoreBench.fromHub())).isInstanceOf(ImportProblem.StrangeAnswer.class);
    }

    @Test
    void listingWithAPathThatLeadsOutIsRefused() throws Exception {
        for (String path : List.of("../../etc/cron.d/x.json", "/etc/x.json", "a/../../x.json",
                ".gatehouse/manifest.json",
                "a\\\\b.json")) {
            hub.fault(TestHub.info(), new TestHub.Fault.Body(ModelFiles.text(
                    "{\"sha\":\"" + TestHub.COMMIT + "\",\"siblings\":[{\"rfilename\":\"" + path
                            + "\",\"size\":3}]}")));
            assertThat(bench.failure(StoreBench.fromHub())).as(path).isInstanceOf(ImportProblem.UnsafeEntry.class);
        }
    }

    @Test
    void pushInTheMiddleChangesNothing() throws Exception {
        hub.fault(WEIGHTS, new TestHub.Fault.SilentAfter(1000));
        ImportJob job = bench.begin(StoreBench.fromHub());
        StoreBench.awaitThat(() -> job.progress().bytesDone() > 1000);
        hub.pushes(files.with("model.safetensors", ModelFiles.safetensors(400_000)));
        hub.release();

        bench.assertHolds(StoreBench.imported(job), files);
    }
}
