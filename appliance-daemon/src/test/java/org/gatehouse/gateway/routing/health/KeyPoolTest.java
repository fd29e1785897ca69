package org.gatehouse.gateway.routing.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.governance.snapshot.HealthTerms;

import static org.assertj.core.api.Assertions.assertThat;

class KeyPoolTest {
    private static final UUID TARGET = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);
    private static final KeyPool.Key A = new KeyPool.Key("a", "one");
    private static final KeyPool.Key B = new KeyPool.Key("b", "one");
    private static final KeyPool.Key C = new KeyPool.Key("c", "two");
    private static final List<KeyPool.Key> KEYS = List.of(A, B, C);
    private static final long SECOND = 1_000_000_000L;

    private final KeyPool pool = new KeyPool(HealthTerms.DEFAULT);
    private long now = 1;

    private KeyPool.@Nullable Key pick() {
        return pool.pick(KEYS, TARGET, Set.of(), now);
    }

    @Test
    void keysTakeTurns() {
        Map<KeyPool.@Nullable Key, Integer> turns = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            turns.merge(pick(), 1, Integer::sum);
        }
        assertThat(turns).containsEntry(A, 100).containsEntry(B, 100).containsEntry(C, 100);
    }

    @Test
    void accountWithoutMoneyTakesAllItsKeysOutAlsoThoseNeverUsed() {
        pool.failed(A, TARGET, Cause.OUT_OF_MONEY, null, now);
        for (int i = 0; i < 10; i++) {
            assertThat(pick()).isEqualTo(C);
        }
        pool.failed(C, TARGET, Cause.OUT_OF_MONEY, Duration.ofSeconds(1), now);
        now += 100 * SECOND;
        assertThat(pick()).isNull();
        assertThat(pool.nanosUntilOne(KEYS, TARGET, Set.of(), now)).isEqualTo(200 * SECOND);
    }

    @Test
    void firstKeyToComeBackSaysWhyThereIsNone() {
        pool.failed(A, TARGET, Cause.OUT_OF_MONEY, null, now);
        assertThat(pool.untilOne(KEYS, TARGET, Set.of(), now)).isEqualTo(new KeyPool.Wait(0, null));
        pool.failed(C, TARGET, Cause.RATE_LIMITED, Duration.ofSeconds(20), now);
        assertThat(pool.untilOne(KEYS, TARGET, Set.of(), now))
                .isEqualTo(new KeyPool.Wait(20 * SECOND, Cause.RATE_LIMITED));
        pool.failed(C, TARGET, Cause.AUTHENTICATION, null, now);
        assertThat(pool.untilOne(List.of(C), TARGET, Set.of(), now).cause()).isEqualTo(Cause.AUTHENTICATION);
        assertThat(pool.untilOne(List.of(A), TARGET, Set.of(), now).cause()).isEqualTo(Cause.OUT_OF_MONEY);
        assertThat(pool.untilOne(List.of(), TARGET, Set.of(), now).cause()).isNull();
    }

    @Test
    void refusedKeyIsOutUntilATestPasses() {
        pool.failed(A, TARGET, Cause.AUTHENTICATION, null, now);
        assertThat(pool.isOut(A)).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(pick()).isNotEqualTo(A);
        }
        pool.tested("a");
        assertThat(List.of(orThrow(pick()), orThrow(pick()), orThrow(pick()))).contains(A);
    }

    private static KeyPool.Key orThrow(KeyPool.@Nullable Key key) {
        if (key == null) {
            throw new AssertionError("no key");
        }
        return key;
    }

    @Test
    void withoutATestOneCallInFiveMinutesTriesTheKeyAgain() {
        for (KeyPool.Key key : KEYS) {
            pool.failed(key, TARGET, Cause.OUT_OF_MONEY, null, now);
        }
        now += 300 * SECOND;
        KeyPool.Key first = orThrow(pick());
        KeyPool.Key second = orThrow(pick());
        assertThat(first.account()).isNotEqualTo(second.account());
        assertThat(pick()).isNull();
        pool.served(first, TARGET, now);
        assertThat(pick()).extracting(KeyPool.Key::account).isEqualTo(first.account());
    }

    @Test
    void rateLimitedKeyRestsAtThatTargetOnly() {
        pool.failed(A, TARGET, Cause.RATE_LIMITED, Duration.ofSeconds(20), now);
        now += 19 * SECOND;
        for (int i = 0; i < 10; i++) {
            assertThat(pick()).isNotEqualTo(A);
        }
        assertThat(pool.hasOne(List.of(A), OTHER, Set.of(), now)).isTrue();
        now += SECOND;
        assertThat(pool.hasOne(List.of(A), TARGET, Set.of(), now)).isTrue();
    }

    @Test
    void rateLimitsWithoutATimeRestLongerEachTimeButTogetherCountOnce() {
        for (int i = 0; i < 50; i++) {
            pool.failed(A, TARGET, Cause.RATE_LIMITED, null, now);
        }
        assertThat(pool.nanosUntilOne(List.of(A), TARGET, Set.of(), now)).isEqualTo(SECOND);
        now += SECOND;
        pool.failed(A, TARGET, Cause.RATE_LIMITED, null, now);
        assertThat(pool.nanosUntilOne(List.of(A), TARGET, Set.of(), now)).isEqualTo(2 * SECOND);
        for (int i = 0; i < 20; i++) {
            now += 60 * SECOND;
            pool.failed(A, TARGET, Cause.RATE_LIMITED, null, now);
        }
        assertThat(pool.nanosUntilOne(List.of(A), TARGET, Set.of(), now)).isEqualTo(60 * SECOND);
    }

    @Test
    void failuresOfTheTargetOrTheRequestSayNothingOfTheKey() {
        for (Cause cause : List.of(Cause.SERVER_ERROR, Cause.TIMEOUT, Cause.INVALID_REQUEST, Cause.CONTENT_POLICY,
                Cause.OVERLOADED, Cause.NOT_FOUND)) {
            pool.failed(A, TARGET, cause, Duration.ofHours(1), now);
        }
        assertThat(pool.hasOne(List.of(A), TARGET, Set.of(), now)).isTrue();
    }

    @Test
    void viewNamesWhatIsWrongWithEachKey() {
        pick();
        pick();
        pick();
        pool.failed(C, TARGET, Cause.OUT_OF_MONEY, null, now);
        pool.failed(A, TARGET, Cause.RATE_LIMITED, Duration.ofSeconds(3), now);
        assertThat(pool.view(now)).containsExactlyInAnyOrder(new KeyPool.View("a", "one", null, 3 * SECOND),
                new KeyPool.View("b", "one", null, 0), new KeyPool.View("c", "two", Cause.OUT_OF_MONEY, 0));
    }
}
