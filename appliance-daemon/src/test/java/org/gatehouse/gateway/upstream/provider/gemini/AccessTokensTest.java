package org.gatehouse.gateway.upstream.provider.gemini;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AccessTokensTest {
    private static final Endpoint ANYWHERE = Endpoint.parse("https://aiplatform.example/v1");

    private final SimulatedProvider google = SimulatedProvider.start(ProviderKind.VERTEX, ProviderOptions.usual());
    private final UpstreamClient client = new UpstreamClient();
    // An assertion is dated, and the simulated server keeps the real time.
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final AccessTokens tokens = new AccessTokens(new TokenServer(
            ServiceAccount.of(google.serviceAccountJson()), AddressPolicy.ANY, client, Instant::now), now::get);

    @AfterEach
    void close() {
        client.close();
        google.close();
    }

    private RequestHeaders show() throws NotAuthorizedException {
        return tokens.headers(ANYWHERE, "POST", "/", List.of());
    }

    private int asked() {
        return google.ledger().entries().size();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    @Test
    void tokenIsKeptUntilFiveMinutesBeforeItsEnd() throws Exception {
        RequestHeaders first = show();
        pass(Duration.ofMinutes(54));
        assertThat(show()).isSameAs(first);
        assertThat(asked()).isEqualTo(1);

        pass(Duration.ofMinutes(2));
        assertThat(show()).isNotSameAs(first);
        assertThat(asked()).isEqualTo(2);
    }

    @Test
    void manyCallsAtOnceAskOnce() throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RequestHeaders>> shown = IntStream.range(0, 50).mapToObj(_ -> callers.submit(() -> {
                start.await();
                return show();
            })).toList();
            start.countDown();
            for (Future<RequestHeaders> one : shown) {
                assertThat(one.get()).isSameAs(shown.getFirst().get());
            }
        }
        assertThat(asked()).isEqualTo(1);
    }

    @Test
    void serverInTroubleLeavesTheOldTokenInUseUntilItsEnd() throws Exception {
        RequestHeaders first = show();
        google.close();
        pass(Duration.ofMinutes(57));
        assertThat(show()).isSameAs(first);

        pass(Duration.ofMinutes(3));
        assertThatThrownBy(this::show).isInstanceOfSatisfying(NotAuthorizedException.class,
                e -> assertThat(e.ofTheKey()).isFalse());
    }

    @Test
    void refusedTokenIsForgotten() throws Exception {
        RequestHeaders first = show();
        tokens.refused();
        assertThat(show()).isNotSameAs(first);
    }

    @Test
    void manyCallsHearOfOneRefusal() throws Exception {
        String stranger;
        try (SimulatedProvider other = SimulatedProvider.start(ProviderKind.VERTEX, ProviderOptions.usual())) {
            stranger = other.serviceAccountJson().replace(other.uri().toString(), google.uri().toString());
        }
        AccessTokens refused = new AccessTokens(
                new TokenServer(ServiceAccount.of(stranger), AddressPolicy.ANY, client, Instant::now), now::get);
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RequestHeaders>> shown = IntStream.range(0, 20).mapToObj(_ -> callers.submit(() -> {
                start.await();
                return refused.headers(ANYWHERE, "POST", "/", List.of());
            })).toList();
            start.countDown();
            for (Future<RequestHeaders> one : shown) {
                assertThatThrownBy(one::get).isInstanceOf(ExecutionException.class).cause()
                        .isInstanceOfSatisfying(NotAuthorizedException.class,
                                e -> assertThat(e.ofTheKey()).isTrue())
                        .hasMessageContaining("invalid_grant");
            }
        }
        assertThat(asked()).isLessThan(20);
    }

    @Test
    void serverOnAPrivateAddressIsNotAskedUnlessTheUpstreamMay() {
        ServiceAccount account = ServiceAccount.of(google.serviceAccountJson());

        assertThatThrownBy(() -> new TokenServer(account, AddressPolicy.PUBLIC_ONLY, client, Instant::now))
                .hasMessageContaining("no https URL");
        ServiceAccount overTls = ServiceAccount
                .of(google.serviceAccountJson().replace("http://127.0.0.1", "https://127.0.0.1"));
        assertThatThrownBy(() -> new TokenServer(overTls, AddressPolicy.PUBLIC_ONLY, client, Instant::now).ask())
                .isInstanceOf(NotAuthorizedException.class);
        assertThat(asked()).isZero();
    }
}
