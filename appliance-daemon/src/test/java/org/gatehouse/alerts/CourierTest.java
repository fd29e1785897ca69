package org.gatehouse.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.AlertSeverity;

import static org.assertj.core.api.Assertions.assertThat;

final class CourierTest {
    private static final Notice BODY = Notice.test(Instant.EPOCH, new UUID(0, 1), "d");
    private final Map<UUID, AlertDestination> destinations = new ConcurrentHashMap<>();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final List<UUID> seen = new CopyOnWriteArrayList<>();
    private volatile Courier.Post post = (_, _, _) -> new Delivery.Taken("200");
    private final Courier courier = new Courier((destination, delivery, body) -> {
        seen.add(delivery);
        return post.bring(destination, delivery, body);
    }, id -> Optional.ofNullable(destinations.get(id)), now::get,
            length -> now.updateAndGet(time -> time.plus(length)));

    @AfterEach
    void stop() {
        courier.close();
    }

    private UUID destination() {
        UUID id = UUID.randomUUID();
        destinations.put(id, new AlertDestination(id, "d", AlertDestination.Kind.WEBHOOK, true, AlertSeverity.INFO,
                "https://example.com", null, false, null, false, Instant.EPOCH, Instant.EPOCH, 1));
        return id;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("within ten seconds").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    @Test
    void passingFailureIsTriedAgainUnderTheSameDelivery() throws InterruptedException {
        post = (_, _, _) -> seen.size() < 4
                ? new Delivery.Failed("no", true)
                : new Delivery.Taken("200");
        UUID delivery = UUID.randomUUID();
        courier.send(destination(), delivery, BODY);
        await(() -> courier.delivered() == 1);
        assertThat(seen).containsExactly(delivery, delivery, delivery, delivery);
    }

    @Test
    void lastingFailureIsGivenUpAtOnceAndPassingOneAfterAnHour() throws InterruptedException {
        UUID destination = destination();
        post = (_, _, _) -> new Delivery.Failed("gone", false);
        courier.send(destination, UUID.randomUUID(), BODY);
        await(() -> courier.failed() == 1);
        assertThat(seen).hasSize(1);
        post = (_, _, _) -> new Delivery.Failed("busy", true);
        courier.send(destination, UUID.randomUUID(), BODY);
        await(() -> courier.failed() == 2);
        assertThat(now.get()).isBeforeOrEqualTo(Instant.EPOCH.plus(Duration.ofHours(1)))
                .isAfter(Instant.EPOCH.plus(Duration.ofMinutes(50)));
    }

    @Test
    void destinationThatHangsHoldsUpNoOtherAndItsLineIsBounded() throws InterruptedException {
        UUID slow = destination();
        UUID quick = destination();
        CountDownLatch release = new CountDownLatch(1);
        post = (destination, _, _) -> {
            if (destination.id().equals(slow)) {
                try {
                    release.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }
            return new Delivery.Taken("200");
        };
        courier.send(slow, UUID.randomUUID(), BODY);
        await(() -> !seen.isEmpty());
        for (int i = 0; i < Courier.LONGEST_LINE + 50; i++) {
            courier.send(slow, UUID.randomUUID(), BODY);
        }
        courier.send(quick, UUID.randomUUID(), BODY);
        await(() -> courier.delivered() == 1);
        assertThat(courier.waiting()).isEqualTo(Courier.LONGEST_LINE);
        assertThat(courier.dropped()).isEqualTo(50);
        release.countDown();
        await(() -> courier.delivered() == 2 + Courier.LONGEST_LINE);
    }

    @Test
    void messageForADestinationThatIsGoneIsDropped() throws InterruptedException {
        courier.send(UUID.randomUUID(), UUID.randomUUID(), BODY);
        await(() -> courier.dropped() == 1);
        assertThat(seen).isEmpty();
    }
}
