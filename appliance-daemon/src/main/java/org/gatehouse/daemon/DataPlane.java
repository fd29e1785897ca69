package org.gatehouse.daemon;

import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.gatehouse.audit.InFlightJournal;
import org.gatehouse.batch.BatchLimits;
import org.gatehouse.batch.Batches;
import org.gatehouse.engines.FleetEngines;
import org.gatehouse.gateway.Conclusion;
import org.gatehouse.gateway.Conversation;
import org.gatehouse.gateway.Impatience;
import org.gatehouse.gateway.Pipeline;
import org.gatehouse.gateway.TokenCounts;
import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.gateway.admission.Permission;
import org.gatehouse.gateway.admission.RateLimits;
import org.gatehouse.gateway.cache.ExactCache;
import org.gatehouse.gateway.http.GatewayService;
import org.gatehouse.gateway.http.RealtimeService;
import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.realtime.RealtimeDoor;
import org.gatehouse.gateway.realtime.RealtimeSessions;
import org.gatehouse.gateway.realtime.RealtimeTerms;
import org.gatehouse.gateway.realtime.Rooms;
import org.gatehouse.gateway.recording.TrailBook;
import org.gatehouse.gateway.routing.ActiveChecks;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.LocalEngines;
import org.gatehouse.gateway.upstream.ModelPromptCounter;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Snapshots;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.store.Ids;
import org.gatehouse.telemetry.CallMetrics;
import org.gatehouse.usage.Latencies;

/**
 * What carries calls, from the door to the upstream and back and into the books: the parts of it that other rooms need.
 *
 * @param client the connections to upstreams
 * @param gateway the door for calls
 * @param realtime the door for sessions
 * @param sessions the sessions that are open; whoever opens the doors closes them
 */
record DataPlane(Lasting lasting, UpstreamClient client, Berths berths, ExactCache cache, Dispatch dispatch,
        Traffic traffic,
        RateLimits rates, Latencies latencies, TrailBook book, Pipeline pipeline, GatewayService gateway,
        RealtimeService realtime, RealtimeSessions sessions, Batches batches) {
    /** Below this path clients find what they know from their providers. */
    static final String ROOT = "/v1";
    /** Conversations whose target is remembered; each is a hundred bytes or two. */
    private static final int MOST_SESSIONS = 100_000;
    /** Kept answers take at most that part of the heap. */
    private static final int CACHE_SHARE = 16;

    /** What is there before it. */
    record Around(Lasting lasting, Governance governance, FleetEngines running, LocalEngines engines, Ledger ledger,
            CallMetrics metrics, Clock clock, LongSupplier nanoTime, Ids ids) {}

    /** Builds it in the order in which each part finds what it needs. */
    static DataPlane open(Around around, ListenerSettings main, BatchLimits batchLimits, OpenRooms rooms)
            throws IOException {
        Lasting lasting = around.lasting();
        Snapshots governed = around.governance().snapshots();
        Clock clock = around.clock();
        LongSupplier nanoTime = around.nanoTime();
        Ids ids = around.ids();
        UpstreamClient client = rooms.keep(new UpstreamClient());
        WayOut.follow(around.governance(), client);
        Berths berths = new Berths(around.engines(), nanoTime);
        Providers providers = new Providers(client, clock);
        Protocols protocols = EveryProtocol.protocols();
        Translation translation = new Translation(protocols, providers);
        ExactCache cache = new ExactCache(protocols, Runtime.getRuntime().maxMemory() / CACHE_SHARE, nanoTime);
        governed.onChange(cache::follow);
        Dispatch dispatch = new Dispatch(client, providers, translation, berths, lasting.secrets().apiKeyPepper());
        Traffic traffic = new Traffic(HealthTerms.DEFAULT, nanoTime, () -> ThreadLocalRandom.current().nextDouble(),
                MOST_SESSIONS);
        Routing routing = new Routing(translation, traffic, nanoTime);
        Impatience impatience = rooms.keep(new Impatience(nanoTime));
        ModelPromptCounter prompts = new ModelPromptCounter(dispatch);
        RateLimits rates = new RateLimits(nanoTime);
        Latencies latencies = rooms.keep(new Latencies(lasting.database(), lasting.trail().node(), clock));
        TrailBook book = rooms.keep(new TrailBook(lasting.trail(), lasting.inFlight(), clock, call -> {
            around.metrics().ended(call);
            latencies.ended(call);
        }));
        Conclusion conclusion = new Conclusion(book, cache, nanoTime);
        ProgramTokens programs = rooms.keep(ProgramTokens.following(governed, client, nanoTime, around.metrics()));
        Authentication authentication = new Authentication(new KeyVerifier(lasting.secrets().apiKeyPepper()),
                programs.tokens());
        Permission permission = new Permission();
        Admission admission = new Admission(rates, around.ledger(), prompts, clock);
        Pipeline pipeline = new Pipeline(book,
                authentication,
                permission,
                cache,
                routing,
                admission, new TokenCounts(prompts),
                new Conversation(dispatch, translation, impatience, berths, prompts, book, conclusion, nanoTime),
                conclusion);
        RandomGenerator spans = () -> ThreadLocalRandom.current().nextLong();
        GatewayService gateway = new GatewayService(pipeline, governed::current, ids, clock, nanoTime, spans,
                (int) main.limits().maxBodyBytes());

        RealtimeSessions sessions = new RealtimeSessions(RealtimeTerms.DEFAULT, nanoTime);
        RealtimeService realtime = new RealtimeService(gateway, new RealtimeDoor(
                new Rooms(authentication, permission, routing, admission, dispatch, berths, book, conclusion,
                        governed::current, ids, clock, nanoTime),
                RealtimeTerms.DEFAULT, sessions));

        governed.onChange(new Forgetting(rates, dispatch));
        governed.onChange(new RouteFollowing(traffic, governed.current()));
        rooms.keep(new TargetWatch(traffic, new ActiveChecks(traffic, HealthTerms.DEFAULT, nanoTime,
                () -> ThreadLocalRandom.current().nextDouble()), dispatch, governed::current, around.running()::view,
                berths::waiting, clock));

        Batches batches = rooms.keep(Batches.open(new Batches.Rooms(lasting.data().batches(), lasting.database(),
                lasting.secrets(), lasting.adminTrail(), pipeline, governed::current, clock, nanoTime, ids, spans,
                main.timeouts().drainGrace()), batchLimits));
        return new DataPlane(lasting, client, berths, cache, dispatch, traffic, rates, latencies, book, pipeline,
                gateway,
                realtime, sessions, batches);
    }

    /** Shows what is under way and what waits. */
    void show(CallMetrics metrics) {
        metrics.gauge("gatehouse.calls.in.flight", "Calls that are at their upstream", lasting.inFlight(),
                InFlightJournal::size);
        metrics.gauge("gatehouse.trail.late", "Calls that have ended and could not be recorded yet", book,
                TrailBook::lateRows);
        metrics.gauge("gatehouse.trail.pending", "Records that wait for the disk", lasting.trail(),
                it -> it.figures().pending());
        metrics.gauge("gatehouse.trail.backlog", "Durable records that wait for the database", lasting.trail(),
                it -> it.figures().backlog());
        metrics.gauge("gatehouse.trail.kept.bytes", "Disk space of the records kept for a rebuild of the database",
                lasting.trail(), it -> it.figures().keptBytes());
        metrics.gauge("gatehouse.rate.limits", "Limits on rates and concurrency that state is kept of", rates,
                RateLimits::remembered);
        metrics.gauge("gatehouse.upstream.endpoints", "Upstream addresses that connections are kept for", client,
                it -> it.figures().size());
        metrics.gauge("gatehouse.realtime.sessions", "Realtime sessions that are open", sessions,
                RealtimeSessions::size);
        metrics.counter("gatehouse.realtime.messages", "Messages of Realtime sessions", sessions,
                RealtimeSessions::fromClients, "from", "client");
        metrics.counter("gatehouse.realtime.messages", "Messages of Realtime sessions", sessions,
                RealtimeSessions::fromUpstreams, "from", "upstream");
    }
}
