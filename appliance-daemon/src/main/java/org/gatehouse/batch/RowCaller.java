package org.gatehouse.batch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.Pipeline;
import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Claim;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.RequestBody;
import org.gatehouse.gateway.exchange.TraceContext;
import org.gatehouse.governance.snapshot.PolicySnapshot;

/**
 * Carries a row as the call that it is: with the policies of this moment, on behalf of the key, through every stage. All rows of a
 * batch are one trace, whose id is the batch's. Thread-safe.
 */
final class RowCaller {
    private static final Dialect OPENAI = new OpenAiDialect();
    private static final Arrival.Hints HINTS = new Arrival.Hints(null, null, 0, Map.of(), true);
    private static final String SAMPLED = "01";
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;

    private final Pipeline pipeline;
    private final Supplier<PolicySnapshot> snapshots;
    private final Supplier<UUID> ids;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;

    RowCaller(Pipeline pipeline, Supplier<PolicySnapshot> snapshots, Supplier<UUID> ids, Clock clock,
            LongSupplier nanoTime, RandomGenerator random) {
        this.pipeline = pipeline;
        this.snapshots = snapshots;
        this.ids = ids;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    RowAnswer carry(Batch batch, Row row, Stopping stopping) {
        UUID id = ids.get();
        String requestId = batch.publicId() + "-" + row.line();
        TraceContext trace = new TraceContext(PublicIds.digits(batch.id()),
                HexFormat.of().toHexDigits(random.nextLong() | 1), SAMPLED);
        Arrival arrival = new Arrival(id, clock.instant().truncatedTo(ChronoUnit.MICROS), nanoTime.getAsLong(), OPENAI,
                batch.endpoint().surface(), address(batch.address()), requestId, trace, batch.scenario(),
                "application/json", null, HINTS, snapshots.get(), new Claim.OnBehalf(batch.key()));
        GatheredReply reply = new GatheredReply();
        pipeline.carry(new Exchange(arrival, stopping, reply, () -> new RequestBody.Result.Whole(row.body())));
        return reply.whole()
                ? new RowAnswer.Answered(id, requestId, reply.status(), reply.bytes(), later(reply))
                : new RowAnswer.None();
    }

    /** Says the box whether waiting helps: with a time to wait; a quota that is used up comes without. */
    private static @Nullable Duration later(GatheredReply reply) {
        String wait = reply.header("retry-after");
        if (wait == null || reply.status() != TOO_MANY && reply.status() != UNAVAILABLE) {
            return null;
        }
        try {
            return Duration.ofSeconds(Math.max(1, Long.parseLong(wait)));
        } catch (NumberFormatException _) {
            return Duration.ofSeconds(1);
        }
    }

    private static InetAddress address(String digits) {
        try {
            // Digits as the box wrote them down: no name server is asked.
            int zone = digits.indexOf('%');
            return InetAddress.getByName(zone < 0 ? digits : digits.substring(0, zone));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("a batch has no address: " + digits, e);
        }
    }
}
