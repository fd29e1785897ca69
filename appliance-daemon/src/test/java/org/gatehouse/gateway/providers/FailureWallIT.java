package org.gatehouse.gateway.providers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.gateway.providers.WireClient.Dialect;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.LedgerEntry;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every failure of every provider, streamed and not, before and behind the first output, with another target and without:
 * the client gets a whole and right answer or an honest error in its own dialect, and never pays twice.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureWallIT {
    private static final String SAID = "Hello [[sim tokens=40]]";
    private static final int OFTEN = 20;
    private static final int MIDST = 20;
    private static final Set<Failure> IN_A_STREAM = EnumSet.of(Failure.CUT, Failure.RESET, Failure.STALL,
            Failure.BAD_CHUNK, Failure.BAD_FRAMING, Failure.ERROR_EVENT, Failure.TRUNCATED);
    /** In the order of the dialects that they speak. */
    private static final List<ProviderKind> KINDS = List.of(ProviderKind.OPENAI, ProviderKind.ANTHROPIC,
            ProviderKind.GEMINI);

    /** One for each provider: most of the time passes in waiting for what never comes. */
    private final List<Lane> lanes = KINDS.stream().map(_ -> new Lane()).toList();

    /**
     * One brick of the wall.
     *
     * @param after how many tokens of output come first, in a stream
     */
    private record Brick(ProviderKind provider, Dialect dialect, Failure failure, boolean streamed, int after,
            boolean fallback) {

        /** Whether the client has a part of the answer by then, so that nobody can take over unseen. */
        boolean committed() {
            return streamed && after > 0 && IN_A_STREAM.contains(failure);
        }

        String name() {
            return failure.word() + (committed() ? " in the midst" : "") + ", " + provider.word() + ", "
                    + dialect.name().toLowerCase(java.util.Locale.ROOT) + "'s client" + (streamed ? ", streamed" : "")
                    + (fallback ? ", with a fallback" : "");
        }
    }

    @AfterAll
    void close() {
        lanes.forEach(Lane::close);
    }

    @TestFactory
    Stream<DynamicTest> wall() {
        List<Brick> bricks = new ArrayList<>();
        for (ProviderKind provider : KINDS) {
            for (Failure failure : Failure.values()) {
                for (int i = 0; i < 2; i++) {
                    // In the provider's own dialect, and in another one.
                    Dialect dialect = Dialect.values()[(KINDS.indexOf(provider) + i) % 3];
                    for (boolean fallback : new boolean[]{true, false}) {
                        bricks.add(new Brick(provider, dialect, failure, false, 0, fallback));
                        bricks.add(new Brick(provider, dialect, failure, true, 0, fallback));
                        if (IN_A_STREAM.contains(failure)) {
                            bricks.add(new Brick(provider, dialect, failure, true, MIDST, fallback));
                        }
                    }
                }
            }
        }
        return bricks.stream().map(brick -> {
            CompletableFuture<Void> stood = lanes.get(KINDS.indexOf(brick.provider())).stands(brick);
            return DynamicTest.dynamicTest(brick.name(), () -> whole(stood));
        }).toList().stream();
    }

    private static void whole(CompletableFuture<Void> stood) throws Throwable {
        try {
            stood.get(10, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }

    /** A box with providers of its own: what one does to them, no other sees. Its bricks stand one after the other. */
    private static final class Lane implements AutoCloseable {
        private final ProvidersBox park = new ProvidersBox(new Upstream.Timeouts(Duration.ofSeconds(2),
                Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofSeconds(10)),
                KINDS.toArray(ProviderKind[]::new));
        private final WireClient client = new WireClient(park.box.uri(""), park.key);
        private final ExecutorService one = Executors.newSingleThreadExecutor();
        private int number;

        CompletableFuture<Void> stands(Brick brick) {
            return CompletableFuture.runAsync(() -> stand(brick), one);
        }

        @Override
        public void close() {
            one.shutdownNow();
            client.close();
            park.box.assertNothingHeld();
            park.box.assertLedgerEqualsRows();
            park.close();
        }

        private void stand(Brick brick) {
            int index = ++number;
            SimulatedProvider provider = park.provider(brick.provider());
            ProviderKind other = KINDS.get((KINDS.indexOf(brick.provider()) + 1) % KINDS.size());
            String model = "wall-" + index;
            List<ModelRoute.Target> targets = new ArrayList<>(List.of(ProvidersBox
                    .target(park.upstream("first-" + index, provider), modelOf(brick.provider()), 1, 0)));
            if (brick.fallback()) {
                targets.add(ProvidersBox.target(park.upstream("second-" + index, park.provider(other)), modelOf(other),
                        1, 1));
            }
            park.box.model(model, quick(), targets.toArray(ModelRoute.Target[]::new));
            park.providers().forEach(each -> each.ledger().clear());
            provider.failNext(brick.failure(), OFTEN, brick.after(), -1);
            String id = "wall-call-" + index;

            WireClient.Outcome outcome = client.ask(brick.dialect(), model, SAID, brick.streamed(), id);
            provider.heal();

            CallRecord row = park.box.row(id);
            String all = brick.name() + ": " + outcome + "\n" + row;
            boolean harmless = brick.failure() == Failure.DRIP || brick.failure() == Failure.WRONG_CONTENT_TYPE;
            if (harmless) {
                assertThat(outcome).as(all).isInstanceOf(WireClient.Outcome.Whole.class);
                assertThat(row.attempts()).as(all).isEmpty();
                assertThat(row.usage().outputTokens()).as(all).isEqualTo(40);
            } else if (brick.fallback() && !brick.committed()) {
                assertThat(outcome).as(all).isInstanceOf(WireClient.Outcome.Whole.class);
                assertThat(row.attempts()).as(all).hasSize(1);
                assertThat(row.attempts().getFirst().upstream()).isEqualTo("first-" + index);
                assertThat(row.upstream()).isEqualTo("second-" + index);
            } else {
                assertThat(outcome).as(all).isInstanceOf(WireClient.Outcome.Honest.class);
            }
            if (outcome instanceof WireClient.Outcome.Whole whole) {
                assertThat(whole.text()).startsWith("[simulated]").isEqualTo(right());
            }
            paidOnce(id, row, all);
        }

        private static String modelOf(ProviderKind kind) {
            return kind == ProviderKind.GEMINI ? "gemini-2.5-flash" : kind.usualModels().getFirst();
        }

        /** What every provider says to that. */
        private String right() {
            if (rightText.isEmpty()) {
                String model = park.model(ProviderKind.OPENAI, "gpt-4o");
                rightText = client.ask(Dialect.OPENAI, model, SAID, false,
                        "right") instanceof WireClient.Outcome.Whole whole ? whole.text() : "no answer";
            }
            return rightText;
        }

        private String rightText = "";

        private void paidOnce(String id, CallRecord row, String all) {
            List<LedgerEntry> finished = park.providers().stream()
                    .flatMap(provider -> provider.ledger().entries().stream())
                    .filter(entry -> entry.callerRequestId().equals(id) && entry.state() == LedgerEntry.State.FINISHED
                            && entry.failure() == null && entry.outputTokens() > 0)
                    .collect(Collectors.toList());
            assertThat(finished).as(all).hasSizeLessThan(2);
            finished.forEach(entry -> assertThat(row.usage().outputTokens()).as(all).isGreaterThanOrEqualTo(
                    entry.outputTokens()));
        }

        private static RouteTerms quick() {
            return new RouteTerms(RouteTerms.Strategy.WEIGHTED, null, RouteTerms.Stickiness.NONE,
                    new RouteTerms.Retries(3, 1, Duration.ofMillis(1), Duration.ofSeconds(2), null, 20, 10, false),
                    RouteTerms.Residency.ANYWHERE, RouteTerms.Overflow.NEVER, ComplexityTerms.DEFAULT, null);
        }
    }
}
