package org.gatehouse.gateway.upstream.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.LongSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** The chunk parser against random bodies, splits, cuts and damage; seeds are fixed. */
class ChunkedBodyTest {
    private static final int MAX_TRAILER_BYTES = 200;
    private static final String[] EXTENSIONS = {"", "", "", ";a", ";a=b", " ;q=\"x y\"", "\t"};
    private static final String[] TRAILERS = {"", "", "X: y\r\n", "A: 1\r\nB: 2\r\n"};

    private final LongClock clock = new LongClock();
    private final Sweeper sweeper = new Sweeper(now -> {}, clock, Duration.ofMillis(25));

    @AfterEach
    void stop() {
        sweeper.close();
    }

    @Test
    void anyBodyInAnyChunksAndAnySplitComesOutAsItWentIn() throws Exception {
        Random random = new Random(20_261_120);
        for (int round = 0; round < 2_000; round++) {
            byte[] plain = randomBytes(random, random.nextInt(400));
            byte[] coded = encode(plain, random);

            assertThat(decode(coded, random)).as("round %d", round).isEqualTo(plain);
        }
    }

    @Test
    void codedBodyCutAnywhereIsAlwaysACut() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            byte[] coded = encode(randomBytes(random, random.nextInt(60)), random);
            for (int length = 0; length < coded.length; length++) {
                try {
                    decode(Arrays.copyOf(coded, length), random);
                    fail("round %d: a cut after %d of %d bytes went unnoticed", round, length, coded.length);
                } catch (UpstreamFailureException cut) {
                    assertThat(cut.failure()).isInstanceOf(UpstreamFailure.Cut.class);
                }
            }
        }
    }

    @Test
    void damagedBodyIsReadAsAStrictReferenceReadsIt() throws Exception {
        Random random = new Random(42);
        int accepted = 0;
        int rounds = 5_000;
        for (int round = 0; round < rounds; round++) {
            byte[] coded = encode(randomBytes(random, random.nextInt(40)), random);
            for (int damage = random.nextInt(3); damage >= 0; damage--) {
                coded = damaged(coded, random);
            }
            byte[] expected = StrictReference.decode(coded);
            try {
                byte[] got = decode(coded, random);
                assertThat(expected).as("round %d: %s", round, new String(coded, ISO_8859_1)).isNotNull()
                        .isEqualTo(got);
                accepted++;
            } catch (UpstreamFailureException refused) {
                assertThat(expected).as("round %d: %s", round, new String(coded, ISO_8859_1)).isNull();
                assertThat(refused.failure()).isInstanceOfAny(UpstreamFailure.ProtocolError.class,
                        UpstreamFailure.Cut.class);
            }
        }
        assertThat(accepted).as("both outcomes are exercised").isBetween(rounds / 20, rounds - rounds / 20);
    }

    @Test
    void dataBeforeADamagedSizeIsHandedOverFirst() throws Exception {
        ChunkedBody body = body(new ByteArrayInputStream("5\r\nhello\r\nzz\r\n".getBytes(ISO_8859_1)));
        byte[] target = new byte[20];

        assertThat(body.read(target, 0, 20)).isEqualTo(5);
        for (int time = 0; time < 2; time++) {
            try {
                body.read(target, 0, 20);
                fail("the damaged size went unnoticed");
            } catch (UpstreamFailureException refused) {
                assertThat(refused.failure()).isInstanceOf(UpstreamFailure.ProtocolError.class);
            }
        }
    }

    @Test
    void endlessExtensionAndEndlessTrailerAreRefused() throws Exception {
        for (String endless : new String[]{"5;" + "x".repeat(100_000), "0\r\n" + "X: y\r\n".repeat(1_000)}) {
            try {
                decode(endless.getBytes(ISO_8859_1), new Random(1));
                fail("endless framing went unnoticed");
            } catch (UpstreamFailureException refused) {
                assertThat(refused.failure()).isInstanceOf(UpstreamFailure.ProtocolError.class);
            }
        }
    }

    private byte[] decode(byte[] coded, Random random) throws IOException, UpstreamFailureException {
        ChunkedBody body = body(new SplitStream(coded, random));
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        byte[] target = new byte[1 + random.nextInt(50)];
        for (int count = body.read(target, 0, target.length); count >= 0; count = body.read(target, 0, target.length)) {
            assertThat(count).isPositive();
            plain.write(target, 0, count);
        }
        assertThat(body.isFinished()).isTrue();
        return plain.toByteArray();
    }

    private ChunkedBody body(InputStream input) throws IOException {
        Endpoint endpoint = Endpoint.parse("http://127.0.0.1");
        ConnectionPool pool = new ConnectionPool(endpoint, sweeper, new BufferStack(), clock);
        Lane lane = new Lane(endpoint, pool, new Connector(InetAddress::getAllByName, clock),
                new RequestWriter(endpoint));
        UpstreamCall call = new UpstreamCall(lane, Calls.get("/"), Calls.RELAXED, ReplyLimits.DEFAULT, clock);
        Connection connection = new Connection(pool, call);
        SocketChannel unused = SocketChannel.open();
        unused.close();
        connection.connected(new Attempt(unused, false, 0), new TlsTransport(input, OutputStream.nullOutputStream()));
        return new ChunkedBody(new ReplyInput(call, connection), MAX_TRAILER_BYTES);
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] encode(byte[] plain, Random random) {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        int at = 0;
        while (at < plain.length) {
            int size = 1 + random.nextInt(plain.length - at);
            String digits = random.nextBoolean()
                    ? Integer.toHexString(size)
                    : "00" + Integer.toHexString(size).toUpperCase(Locale.ROOT);
            coded.writeBytes((digits + EXTENSIONS[random.nextInt(EXTENSIONS.length)] + "\r\n").getBytes(ISO_8859_1));
            coded.write(plain, at, size);
            coded.writeBytes("\r\n".getBytes(ISO_8859_1));
            at += size;
        }
        coded.writeBytes(("0\r\n" + TRAILERS[random.nextInt(TRAILERS.length)] + "\r\n").getBytes(ISO_8859_1));
        return coded.toByteArray();
    }

    private static byte[] damaged(byte[] coded, Random random) {
        byte[] copy = coded.clone();
        int at = random.nextInt(copy.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                copy[at] = (byte) random.nextInt(256);
                yield copy;
            }
            case 1 -> {
                copy[at] = (byte) "\r\n0aF;: \tg-"
                        .charAt(random.nextInt(11));
                yield copy;
            }
            case 2 -> {
                byte[] shorter = Arrays.copyOf(copy, copy.length - 1);
                System.arraycopy(copy, at + 1, shorter, at, shorter.length - at);
                yield shorter.length == 0 ? copy : shorter;
            }
            default -> {
                byte[] longer = Arrays.copyOf(copy, copy.length + 1);
                System.arraycopy(copy, at, longer, at + 1, copy.length - at);
                yield longer;
            }
        };
    }

    /** Hands over a few bytes at a time. */
    private static final class SplitStream extends InputStream {
        private final byte[] bytes;
        private final Random random;
        private int at;

        SplitStream(byte[] bytes, Random random) {
            this.bytes = bytes;
            this.random = random;
        }

        @Override
        public int read() {
            throw new AssertionError("no test asks for this");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, bytes.length - at), 1 + random.nextInt(20));
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }
    }

    /** A clock that nobody looks at in these tests. */
    private static final class LongClock implements LongSupplier {
        @Override
        public long getAsLong() {
            return 0;
        }
    }
}
