package org.gatehouse.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

import org.gatehouse.audit.TrailUnavailable;
import org.gatehouse.governance.form.Json;
import org.gatehouse.listen.ClientConnection;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.store.StoreTrouble;

/**
 * The admin API as a Helidon service: mount it at the root, it answers everything under {@code /api}, and what providers
 * tell of people under {@code /scim}. Each request is
 * given an id, guarded, checked against its operation's description, carried out, and answered; what fails inside is
 * logged once and answered without its cause. Thread-safe.
 */
public final class AdminApi implements HttpService, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AdminApi.class.getName());
    private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
    /** Of a body that was refused. */
    private static final int MOST_READ_AWAY = 8 << 20;
    private static final Pattern GOOD_REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

    private final List<Operation> operations;
    private final Router router;
    private final RequestReader reader;
    private final Guard guard;
    private final ScimService scim;
    private final Supplier<UUID> ids;
    private final byte[] document;
    private final EventFeed feed;

    /** The admin API over these rooms. */
    public static AdminApi over(AdminRooms rooms) {
        Guard guard = new Guard(rooms.tokens(), rooms.apiTokens(), rooms.people().sessions(), rooms.setUp().claims(),
                rooms.governance().users(), rooms.trail(), rooms.clock(), rooms.nanoTime(), rooms.ids());
        List<Operation> all = new ArrayList<>(new GovernanceOperations(rooms.governance(), rooms.probe()).all());
        all.addAll(new SessionOperations(rooms.people(), rooms.governance(), rooms.tokens(), guard, rooms.trail(),
                rooms.clock(), rooms.ids()).all());
        all.addAll(new ApiTokenOperations(rooms.apiTokens(), rooms.tokens(), rooms.trail(), rooms.clock(), rooms.ids())
                .all());
        all.addAll(new AccessRequestOperations(rooms.governance()).all());
        all.addAll(new CatalogueOperations(rooms.governance(), rooms.clock()).all());
        all.addAll(new AlertOperations(rooms.governance(), rooms.alerts()).all());
        all.add(new LimitStandings(rooms.governance(), rooms.limits(), rooms.clock()).operation());
        all.add(new LatencyOperations(rooms.latencies(), rooms.clock()).operation());
        all.addAll(new SignOnOperations(rooms.people(), rooms.governance()).all());
        all.addAll(new UserOperations(rooms.people(), rooms.governance().users()).all());
        all.addAll(new RouteOperations(rooms.governance(), rooms.routes(), rooms.trail(), rooms.clock(), rooms.ids())
                .all());
        all.addAll(new UsageOperations(rooms.usage(), rooms.clock()).all());
        all.addAll(new GpuOperations(rooms.gpus(), rooms.clock()).all());
        all.addAll(new DeploymentOperations(rooms.governance().deployments(), rooms.engines(), rooms.queues(),
                rooms.trail(),
                rooms.clock(), rooms.ids()).all());
        all.addAll(new ModelStoreOperations(rooms.models()).all());
        all.addAll(new CacheOperations(rooms.cache(), rooms.governance().models(), rooms.trail(), rooms.clock(),
                rooms.ids()).all());
        all.addAll(new BatchOperations(rooms.batches(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new AuditOperations(rooms.search(), rooms.verification(), rooms.export(), rooms.trail(),
                rooms.clock(), rooms.ids()).all());
        all.addAll(new MachineOperations(rooms.box(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new BackupTargetOperations(rooms.backupTargets(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new SystemOperations(rooms.box(), rooms.governance().snapshots(), rooms.trail(),
                rooms.clock(), rooms.ids()).all());
        all.addAll(new RestoreOperations(rooms.box(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new UpdateOperations(rooms.box().updates(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new LayerOperations(rooms.box().layers(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new DiskOperations(rooms.box().disks()).all());
        all.addAll(new EncryptionOperations(rooms.box().encryption(), rooms.trail(), rooms.clock(), rooms.ids()).all());
        all.addAll(new SetupOperations(rooms.setUp(), rooms.box(), rooms.version()).all());
        EventFeed feed = new EventFeed(EventTopics.of(all, rooms), rooms.nanoTime(), rooms.ids().get().toString(),
                Duration.ofSeconds(15), Duration.ofSeconds(5));
        all.addAll(new EventOperations(feed, guard).all());
        return new AdminApi(all, feed, guard, new ScimService(rooms.people().provisioning(), rooms.nanoTime()),
                rooms.ids(),
                rooms.version());
    }

    private AdminApi(List<Operation> operations, EventFeed feed, Guard guard, ScimService scim, Supplier<UUID> ids,
            String version) {
        List<Operation> all = new ArrayList<>(operations);
        all.add(Operation.get("/api/openapi.json", "getOpenApi", "system", "This document.",
                new Operation.Reply.Any(), _ -> Answer.Json.of(description())).needing(Permission.NONE)
                .reaching(Operation.Reaching.SAME_FOR_ALL));
        this.operations = List.copyOf(all);
        this.router = new Router(all);
        this.reader = new RequestReader();
        this.guard = guard;
        this.feed = feed;
        this.scim = scim;
        this.ids = ids;
        this.document = Json.bytes(OpenApi.describe(all, version));
    }

    /** Ends what goes on by itself: listeners of events. */
    @Override
    public void close() {
        feed.close();
    }

    /** How many listen to events. */
    public int listeners() {
        return feed.listeners();
    }

    /** The table that everything here is made from. */
    List<Operation> operations() {
        return operations;
    }

    private ObjectNode description() {
        return (ObjectNode) Json.trusted(new String(document, java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any("/api", this::handle);
        rules.any("/api/*", this::handle);
        rules.any("/scim/v2", scim::handle);
        rules.any("/scim/v2/*", scim::handle);
    }

    private void handle(ServerRequest request, ServerResponse response) {
        String requestId = requestId(request);
        response.header(REQUEST_ID, requestId);
        // Answers hold what only this caller may see, and they change: RFC 9111 5.2.2.5.
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
        Answer answer;
        try {
            answer = answer(request, requestId);
        } catch (Call.Ended e) {
            answer = new Answer.Failed(e.problem());
        } catch (CloseConnectionException e) {
            throw e;
        } catch (RuntimeException e) {
            answer = new Answer.Failed(broken(e, requestId));
        }
        send(answer, request, response, requestId);
    }

    private static Problem broken(RuntimeException e, String requestId) {
        Optional<StoreTrouble> trouble = StoreTrouble.of(e);
        if (trouble.isPresent()) {
            LOG.log(Level.WARNING, "Admin request " + requestId + " failed. " + trouble.get().message(), e);
            return Problem.of(trouble.get());
        }
        LOG.log(Level.ERROR, "Admin request " + requestId + " failed.", e);
        return e instanceof StoreFailure || e instanceof TrailUnavailable
                ? Problem.unavailable(
                        "The store or the trail can't be used right now. See the log under this request id;"
                                + " try again in a few seconds.")
                : Problem.failure();
    }

    private Answer answer(ServerRequest request, String requestId) {
        String method = request.prologue().method().text();
        String path = request.prologue().uriPath().rawPath();
        Router.Match match = router.find(method, path);
        Arrival arrival = Arrival.of(request, requestId);
        Guard.Decision decision = guard
                .decide(match instanceof Router.Match.Found found ? found.operation() : null, arrival);
        return switch (decision) {
            case Guard.Decision.Denied(Problem problem) -> new Answer.Failed(problem);
            case Guard.Decision.Granted(Identity identity) -> switch (match) {
                case Router.Match.Nowhere() -> new Answer.Failed(Problem.noPath());
                case Router.Match.OtherMethods(String allowed) -> new Answer.Failed(Problem.noMethod(allowed));
                case Router.Match.Found(Operation operation, var variables) -> switch (reader.read(operation, variables,
                        identity, arrival, request)) {
                    case RequestReader.Result.Good(Call call) -> operation.handler().answer(call);
                    case RequestReader.Result.Bad(Problem problem) -> new Answer.Failed(problem);
                };
            };
        };
    }

    private void send(Answer answer, ServerRequest request, ServerResponse response, String requestId) {
        switch (answer) {
            case Answer.Json(int status, JsonNode tree, var location, var version) -> {
                if (location != null) {
                    response.header(HeaderNames.LOCATION, location);
                }
                if (version != null) {
                    response.header(HeaderNames.ETAG, "\"" + version + "\"");
                }
                response.status(status).header(HeaderNames.CONTENT_TYPE, "application/json").send(Json.bytes(tree));
            }
            case Answer.Nothing() -> response.status(204).send();
            case Answer.WithCookie(Answer inner, String cookie) -> {
                response.headers().add(HeaderNames.SET_COOKIE, cookie);
                send(inner, request, response, requestId);
                return;
            }
            case Answer.Redirect(String location) ->
                response.status(303).header(HeaderNames.LOCATION, location).send();
            case Answer.Failed(Problem problem) -> {
                if (problem.status() == 401) {
                    response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
                }
                if (problem.retryAfterSeconds() != null) {
                    response.header(HeaderNames.RETRY_AFTER, problem.retryAfterSeconds().toString());
                }
                response.status(problem.status()).header(HeaderNames.CONTENT_TYPE, "application/problem+json")
                        .send(Json.bytes(problem.body(requestId)));
            }
            case Answer.Events events -> {
                leave(request);
                events(events, ClientConnection.of(request), response);
                return;
            }
            case Answer.Stream stream -> stream(stream, request, response, requestId);
        }
        leave(request);
    }

    /**
     * A body that nobody read to its end would be taken for the next request. What is left of a bounded one is read away: closing at once
     * would reset the connection, and with it the answer on its way (RFC 9112 9.6).
     */
    static void leave(ServerRequest request) {
        if (request.content().hasEntity() && !request.content().consumed() && !readAway(request)) {
            throw new CloseConnectionException("the body was not read to its end");
        }
    }

    private static boolean readAway(ServerRequest request) {
        try (InputStream rest = request.content().inputStream()) {
            byte[] piece = new byte[16 << 10];
            for (int left = MOST_READ_AWAY; left > 0;) {
                int count = rest.read(piece, 0, Math.min(piece.length, left));
                if (count < 0) {
                    return true;
                }
                left -= count;
            }
            return false;
        } catch (IOException | RuntimeException _) {
            return false; // It came too late, or somebody has read some of it.
        }
    }

    private void stream(Answer.Stream answer, ServerRequest request, ServerResponse response, String requestId) {
        // The status is sent with the first byte, so what fails before it can still be said.
        BegunOutput out = new BegunOutput(() -> {
            response.status(200).header(HeaderNames.CONTENT_TYPE, answer.contentType());
            if (answer.fileName() != null) {
                response.header(HeaderNames.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + answer.fileName() + "\"");
            }
            return response.outputStream();
        });
        try {
            answer.writer().write(out);
            out.close();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "Admin request " + requestId + " broke off while its answer was written.", e);
            if (!out.hasBegun()) {
                boolean told = e instanceof IOException || e instanceof StoreFailure;
                Problem problem = told ? Problem.unavailable(String.valueOf(e.getMessage())) : Problem.failure();
                send(new Answer.Failed(StoreTrouble.of(e).map(Problem::of).orElse(problem)), request, response,
                        requestId);
                return;
            }
            // Not closed properly: the client sees that it did not get all of it.
            throw new CloseConnectionException("the answer broke off", e);
        }
    }

    /** Whoever listens leaves when they like: that is no failure. */
    private static void events(Answer.Events events, ClientConnection client, ServerResponse response) {
        response.status(200).header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        // Of nginx: it would hold events back until its buffer is full.
        response.header(HeaderNames.create("X-Accel-Buffering"), "no");
        try (OutputStream out = response.outputStream()) {
            events.writer().write(out, client);
        } catch (IOException | RuntimeException e) {
            throw new CloseConnectionException("the listener left", e);
        }
    }

    private String requestId(ServerRequest request) {
        Optional<String> given = request.headers().first(REQUEST_ID)
                .filter(id -> GOOD_REQUEST_ID.matcher(id).matches());
        return given.orElseGet(() -> ids.get().toString());
    }
}
