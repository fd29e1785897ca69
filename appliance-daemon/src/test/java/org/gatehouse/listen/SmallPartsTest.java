package org.gatehouse.listen;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class SmallPartsTest {

    @Test
    void frameTapFindsResetsHoweverTheBytesAreCut() {
        byte[] preface = new byte[24];
        byte[] settings = frame(4, 0, new byte[18]);
        byte[] data = frame(0, 1, new byte[70_000 % 16_384]);
        byte[] reset = frame(3, 5, new byte[4]);
        byte[] laterReset = frame(3, 0x7fffffff, new byte[4]);
        byte[] all = join(preface, settings, data, reset, data, laterReset);
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            List<Integer> seen = new ArrayList<>();
            Http2FrameTap tap = new Http2FrameTap(seen::add);
            for (int at = 0; at < all.length;) {
                int next = Math.min(all.length, at + 1 + random.nextInt(round % 2 == 0 ? 12 : 5_000));
                tap.accept(Arrays.copyOfRange(all, at, next));
                at = next;
            }
            assertThat(seen).containsExactly(5, 0x7fffffff);
        }
    }

    @Test
    void admissionCountsAddressesAndNetworks() throws Exception {
        Admission admission = new Admission(4, 2);
        InetAddress four = InetAddress.getByName("10.0.0.1");
        InetAddress six = InetAddress.getByName("2001:db8::1");
        InetAddress sameNetwork = InetAddress.getByName("2001:db8::ffff:2");
        assertThat(admission.enter(four)).isEqualTo(Admission.Answer.ADMITTED);
        assertThat(admission.enter(four)).isEqualTo(Admission.Answer.ADMITTED);
        assertThat(admission.enter(four)).isEqualTo(Admission.Answer.TOO_MANY_OF_CLIENT);
        assertThat(admission.enter(six)).isEqualTo(Admission.Answer.ADMITTED);
        assertThat(admission.enter(sameNetwork)).isEqualTo(Admission.Answer.ADMITTED);
        assertThat(admission.enter(InetAddress.getByName("10.0.0.2"))).isEqualTo(Admission.Answer.FULL);
        admission.leave(sameNetwork);
        admission.leave(six);
        admission.leave(four);
        assertThat(admission.open()).isEqualTo(1);
        assertThat(admission.enter(four)).isEqualTo(Admission.Answer.ADMITTED);
    }

    @Test
    void actionRunsOnceWhenTheClientLeavesOrHasLeft() throws Exception {
        ClientSignal signal = new ClientSignal();
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch ran = new CountDownLatch(2);
        signal.onGone(() -> {
            runs.incrementAndGet();
            ran.countDown();
        });
        signal.fire();
        signal.fire();
        signal.onGone(() -> {
            runs.incrementAndGet();
            ran.countDown();
        });
        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(runs).hasValue(2);
    }

    @Test
    void closedRegistrationNeverRunsAndClosingWaitsForARunInProgress() throws Exception {
        ClientSignal signal = new ClientSignal();
        AtomicInteger runs = new AtomicInteger();
        signal.onGone(runs::incrementAndGet).close();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        List<String> order = java.util.Collections.synchronizedList(new ArrayList<>());
        ClientConnection.Registration slow = signal.onGone(() -> {
            started.countDown();
            try {
                boolean _ = finish.await(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            order.add("action");
        });
        signal.fire();
        assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
        Thread closing = Thread.startVirtualThread(() -> {
            slow.close();
            order.add("closed");
        });
        finish.countDown();
        closing.join(Duration.ofSeconds(5));
        assertThat(order).containsExactly("action", "closed");
        assertThat(runs).hasValue(0);
    }

    @Test
    void actionThatFailsDoesNotKeepTheNextFromRunning() throws Exception {
        ClientSignal signal = new ClientSignal();
        CountDownLatch ran = new CountDownLatch(1);
        signal.onGone(() -> {
            throw new IllegalStateException("on purpose");
        });
        signal.onGone(ran::countDown);
        signal.fire();
        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void bodyIsTooSlowWhenItStallsOrDripsAndOnlyWhileItIsWaitedFor() {
        AtomicLong time = new AtomicLong(TimeUnit.HOURS.toNanos(1));
        CoarseClock clock = new CoarseClock(time::get);
        ListenerSettings.Timeouts timeouts = new ListenerSettings.Timeouts(Duration.ofSeconds(1),
                Duration.ofSeconds(10), 1000, Duration.ofSeconds(1),
                Duration.ofSeconds(1), Duration.ofSeconds(1));
        BodyPace stalling = new BodyPace(timeouts, clock);
        stalling.waitBegins();
        assertThat(stalling.tooSlow(pass(time, clock, 9))).isFalse();
        assertThat(stalling.tooSlow(pass(time, clock, 2))).isTrue();

        BodyPace dripping = new BodyPace(timeouts, clock);
        for (int i = 0; i < 4; i++) {
            dripping.waitBegins();
            pass(time, clock, 3);
            dripping.waitEnds(10);
        }
        dripping.waitBegins();
        assertThat(dripping.tooSlow(clock.nanos())).isTrue();

        BodyPace slowHandler = new BodyPace(timeouts, clock);
        slowHandler.waitBegins();
        slowHandler.waitEnds(10);
        assertThat(slowHandler.tooSlow(pass(time, clock, 1000))).isFalse();
    }

    @Test
    void settingsOutOfBoundsAreNamed() {
        assertThatThrownBy(() -> ListenerSettings.onLoopback(70_000)).hasMessageContaining("port is 70000");
        assertThatThrownBy(() -> new ListenerSettings.Limits(10, 1 << 20, 10, 10))
                .hasMessageContaining("maxHeaderBytes is 10");
        assertThatThrownBy(() -> new ListenerSettings.Limits(1 << 14, 1 << 20, 10, 11))
                .hasMessageContaining("maxConnectionsPerClient is 11");
        assertThatThrownBy(() -> new ListenerSettings.Timeouts(Duration.ZERO, Duration.ofSeconds(1), 0,
                Duration.ofSeconds(1), Duration.ofSeconds(1),
                Duration.ofSeconds(1))).hasMessageContaining("header is PT0S");
        assertThatThrownBy(
                () -> new ListenerSettings(" ", 0, new ListenerSettings.Tls.Off(), ListenerSettings.Limits.defaults(),
                        ListenerSettings.Timeouts.defaults()))
                .hasMessageContaining("no address");
    }

    @Test
    void descriptorsLeaveRoomForUpstreams() {
        assertThat(DescriptorLimit.allowed(8000, 1024)).isEqualTo(409);
        assertThat(DescriptorLimit.allowed(8000, 1_000_000)).isEqualTo(8000);
        assertThat(DescriptorLimit.allowed(8000, 0)).isEqualTo(1);
    }

    private static long pass(AtomicLong time, CoarseClock clock, int seconds) {
        time.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        return clock.tick();
    }

    private static byte[] frame(int type, int stream, byte[] payload) {
        byte[] header = {(byte) (payload.length >> 16), (byte) (payload.length >> 8), (byte) payload.length,
                (byte) type, 0, (byte) (stream >> 24),
                (byte) (stream >> 16), (byte) (stream >> 8), (byte) stream};
        return join(header, payload);
    }

    private static byte[] join(byte[]... parts) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
