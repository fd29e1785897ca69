package org.gatehouse.batch.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch;
import org.gatehouse.batch.Batches;
import org.gatehouse.batch.Client;
import org.gatehouse.batch.ClientFiles;
import org.gatehouse.batch.Decision;
import org.gatehouse.batch.NewBatch;
import org.gatehouse.batch.PublicIds;
import org.gatehouse.batch.StoredFile;
import org.gatehouse.gateway.Pipeline;
import org.gatehouse.gateway.exchange.ClientGoneException;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.RequestBody;
import org.gatehouse.gateway.http.GatewayService;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.listen.BodyReader;
import org.gatehouse.listen.BodyResult;
import org.gatehouse.store.StoreTrouble;

/** Mounts files and batches beside the gateway's surfaces, under {@code /v1}. Thread-safe. */
public final class BatchService implements HttpService {
    /** Where files are handed in, which are larger than any call. */
    public static final String FILES = "/files";

    private static final System.Logger LOG = System.getLogger(BatchService.class.getName());
    private static final String JSON = "application/json";
    private static final int USUAL_PIECE = 20;
    private static final int LARGEST_PIECE = 100;
    private static final int ALL_FILES = 10_000;
    /** Boundaries, heads and short fields around a file. */
    private static final int FORM_BYTES = 64 << 10;
    private static final int COPIED_BYTES = 64 << 10;
    private static final Refusal TROUBLE = Refusal.retry(Reason.UNAVAILABLE,
            "The box cannot keep its files and batches in order at the moment. Try again in a while.",
            Duration.ofSeconds(5));

    private final GatewayService gateway;
    private final Pipeline pipeline;
    private final Batches batches;
    private final long largestFile;

    /**
     * Takes who lets requests in, and who does what they order.
     *
     * @param largestFile in bytes
     */
    public BatchService(GatewayService gateway, Pipeline pipeline, Batches batches, long largestFile) {
        this.gateway = gateway;
        this.pipeline = pipeline;
        this.batches = batches;
        this.largestFile = largestFile;
    }

    /** What a request wants, once it is let in; gives the answer. */
    private interface Work {
        Decision<ObjectNode> of(Exchange exchange, ServerRequest request);
    }

    @Override
    public void routing(HttpRules rules) {
        rules.post(FILES, at(this::upload)).get(FILES, at(this::listFiles))
                .get("/files/{id}", at((exchange, request) -> file(exchange, request, Views::file)))
                .delete("/files/{id}", at(this::delete))
                .get("/files/{id}/content", (request, response) -> gateway.serve(Surface.BATCHES, request, response,
                        exchange -> content(exchange, request)))
                .post("/batches", at(this::create)).get("/batches", at(this::listBatches))
                .get("/batches/{id}", at(this::batch)).post("/batches/{id}/cancel", at(this::cancel));
    }

    private Handler at(Work work) {
        return (request, response) -> gateway.serve(Surface.BATCHES, request, response, exchange -> {
            if (!pipeline.admits(exchange)) {
                return;
            }
            Decision<ObjectNode> done;
            try {
                done = work.of(exchange, request);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "A request for files or batches failed (trace "
                        + exchange.arrival().trace().traceId() + ").", e);
                done = new Decision.Denied<>(trouble(e));
            }
            switch (done) {
                case Decision.Denied<ObjectNode>(Refusal refusal) -> pipeline.refuse(exchange, refusal);
                case Decision.Given<ObjectNode>(ObjectNode answer) -> send(exchange, answer);
            }
        });
    }

    private static Refusal trouble(RuntimeException e) {
        return StoreTrouble.of(e)
                .map(trouble -> Refusal.retry(Reason.UNAVAILABLE, trouble.message(), Duration.ofSeconds(5)))
                .orElse(TROUBLE);
    }

    private void send(Exchange exchange, ObjectNode answer) {
        pipeline.headers(exchange);
        try {
            exchange.reply().send(200, JSON, answer.toString().getBytes(StandardCharsets.UTF_8));
        } catch (ClientGoneException _) {
            // It is done all the same.
        }
    }

    private Decision<ObjectNode> upload(Exchange exchange, ServerRequest request) {
        String boundary = FormStream.boundary(exchange.arrival().contentType());
        if (boundary == null) {
            return wrong(null, "A file comes as multipart/form-data with a boundary. Let your HTTP library build the"
                    + " form.");
        }
        long announced = request.headers().contains(HeaderNames.TRANSFER_ENCODING)
                ? -1
                : request.headers().contentLength().orElse(-1);
        return switch (batches.files().begin(Client.of(exchange), announced)) {
            case Decision.Denied<ClientFiles.Upload>(Refusal refusal) -> new Decision.Denied<>(refusal);
            case Decision.Given<ClientFiles.Upload>(ClientFiles.Upload upload) -> {
                try (upload) {
                    yield poured(request, boundary, upload);
                }
            }
        };
    }

    private Decision<ObjectNode> poured(ServerRequest request, String boundary, ClientFiles.Upload upload) {
        UploadForm form = new UploadForm(upload);
        FormStream stream = new FormStream(boundary, form);
        boolean[] ended = new boolean[1];
        BodyResult read = BodyReader.pour(request, largestFile + FORM_BYTES, (buffer, length) -> {
            ended[0] = !stream.take(buffer, length);
            return !ended[0];
        });
        if (read instanceof BodyResult.Body || ended[0]) {
            return view(form.keep(stream.broken()), Views::file);
        }
        return new Decision.Denied<>(switch (read) {
            case BodyResult.Body _ -> throw new AssertionError("handled above");
            case BodyResult.TooLarge _ -> Refusal.of(Reason.REQUEST_TOO_LARGE,
                    "The file is larger than the " + largestFile + " bytes allowed. Make several of it.");
            case BodyResult.Truncated _ -> Refusal.invalid(null, "The body ended early. Send it whole.");
            case BodyResult.TooSlow _ ->
                Refusal.of(Reason.REQUEST_TIMEOUT, "The body came too slowly. Send it faster, or in pieces.");
            case BodyResult.Malformed malformed -> Refusal.invalid(null, malformed.reason());
        });
    }

    private Decision<ObjectNode> listFiles(Exchange exchange, ServerRequest request) {
        String purpose = query(request, "purpose");
        Optional<StoredFile.Purpose> wanted = List.of(StoredFile.Purpose.values()).stream()
                .filter(one -> one.word().equals(purpose)).findFirst();
        String order = query(request, "order");
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            return wrong("order", "The order must be asc or desc.");
        }
        return piece(request, PublicIds.FILE, ALL_FILES, ALL_FILES,
                (after, limit) -> Views.list(purpose != null && wanted.isEmpty()
                        ? List.of()
                        : batches.files().list(exchange.key().projectId(), wanted.orElse(null), after,
                                "asc".equals(order), limit + 1),
                        limit, Views::file));
    }

    private Decision<ObjectNode> listBatches(Exchange exchange, ServerRequest request) {
        return piece(request, PublicIds.BATCH, USUAL_PIECE, LARGEST_PIECE,
                (after, limit) -> Views.list(batches.list(exchange.key().projectId(), null, after, limit + 1), limit,
                        Views::batch));
    }

    private interface Piece {
        ObjectNode of(@Nullable UUID after, int limit);
    }

    private static Decision<ObjectNode> piece(ServerRequest request, PublicIds kind, int usual, int most,
            Piece piece) {
        String limit = query(request, "limit");
        if (limit != null && (!limit.matches("[0-9]{1,5}") || Integer.parseInt(limit) < 1
                || Integer.parseInt(limit) > most)) {
            return wrong("limit", "The limit must be a whole number from 1 to " + most + ".");
        }
        String after = query(request, "after");
        Optional<UUID> last = after == null ? Optional.empty() : kind.read(after);
        if (after != null && last.isEmpty()) {
            return wrong("after", "Say the last_id of the piece before.");
        }
        return new Decision.Given<>(piece.of(last.orElse(null), limit == null ? usual : Integer.parseInt(limit)));
    }

    private Decision<ObjectNode> file(Exchange exchange, ServerRequest request,
            Function<StoredFile, ObjectNode> view) {
        return view(found(exchange, request), view);
    }

    private Decision<StoredFile> found(Exchange exchange, ServerRequest request) {
        return PublicIds.FILE.read(id(request))
                .flatMap(id -> batches.files().find(exchange.key().projectId(), id))
                .<Decision<StoredFile>>map(Decision.Given::new).orElseGet(() -> absent("file"));
    }

    private Decision<ObjectNode> delete(Exchange exchange, ServerRequest request) {
        return switch (found(exchange, request)) {
            case Decision.Denied<StoredFile>(Refusal refusal) -> new Decision.Denied<>(refusal);
            case Decision.Given<StoredFile>(StoredFile file) ->
                view(batches.files().delete(Client.of(exchange), file), Views::deleted);
        };
    }

    private void content(Exchange exchange, ServerRequest request) {
        if (!pipeline.admits(exchange)) {
            return;
        }
        Decision<InputStream> opened;
        try {
            opened = switch (found(exchange, request)) {
                case Decision.Denied<StoredFile>(Refusal refusal) -> new Decision.Denied<>(refusal);
                case Decision.Given<StoredFile>(StoredFile file) -> batches.files().open(file);
            };
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A file of a client could not be opened (trace "
                    + exchange.arrival().trace().traceId() + ").", e);
            opened = new Decision.Denied<>(trouble(e));
        }
        switch (opened) {
            case Decision.Denied<InputStream>(Refusal refusal) -> pipeline.refuse(exchange, refusal);
            case Decision.Given<InputStream>(InputStream in) -> copy(exchange, in);
        }
    }

    private void copy(Exchange exchange, InputStream in) {
        pipeline.headers(exchange);
        try (in) {
            byte[] piece = new byte[COPIED_BYTES];
            int count = in.read(piece, 0, piece.length);
            ClientReply.Body body = exchange.reply().open(200, "application/octet-stream");
            for (; count >= 0; count = in.read(piece, 0, piece.length)) {
                body.write(piece, 0, count);
            }
            body.end();
        } catch (ClientGoneException _) {
            exchange.reply().breakOff();
        } catch (IOException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.WARNING, "A file of a client cannot be read: {0}", e.getMessage());
            if (exchange.reply().started()) {
                // Nobody takes a broken transport for a whole file.
                exchange.reply().breakOff();
            } else {
                pipeline.refuse(exchange, TROUBLE);
            }
        }
    }

    private Decision<ObjectNode> create(Exchange exchange, ServerRequest request) {
        return switch (exchange.body().read()) {
            case RequestBody.Result.Unreadable unreadable -> new Decision.Denied<>(unreadable.refusal());
            case RequestBody.Result.Whole whole -> switch (BatchForm.read(whole.bytes())) {
                case Decision.Denied<NewBatch>(Refusal refusal) -> new Decision.Denied<>(refusal);
                case Decision.Given<NewBatch>(NewBatch order) ->
                    view(batches.create(Client.of(exchange), order), Views::batch);
            };
        };
    }

    private Decision<ObjectNode> batch(Exchange exchange, ServerRequest request) {
        return view(foundBatch(exchange, request), Views::batch);
    }

    private Decision<Batch> foundBatch(Exchange exchange, ServerRequest request) {
        return PublicIds.BATCH.read(id(request)).flatMap(id -> batches.find(exchange.key().projectId(), id))
                .<Decision<Batch>>map(Decision.Given::new).orElseGet(() -> absent("batch"));
    }

    private Decision<ObjectNode> cancel(Exchange exchange, ServerRequest request) {
        return switch (foundBatch(exchange, request)) {
            case Decision.Denied<Batch>(Refusal refusal) -> new Decision.Denied<>(refusal);
            case Decision.Given<Batch>(Batch batch) ->
                view(batches.cancel(Client.of(exchange), batch), Views::batch);
        };
    }

    private static <T> Decision<ObjectNode> view(Decision<T> done, Function<T, ObjectNode> view) {
        return switch (done) {
            case Decision.Denied<T>(Refusal refusal) -> new Decision.Denied<>(refusal);
            case Decision.Given<T>(T value) -> new Decision.Given<>(view.apply(value));
        };
    }

    /** The same for what is another project's: nobody learns that it exists. */
    private static <T> Decision<T> absent(String what) {
        return new Decision.Denied<>(new Refusal(Reason.NOT_FOUND,
                "This project has no such " + what + ". GET /v1/" + (what.equals("file") ? "files" : "batches")
                        + " lists what it has.",
                "id", null));
    }

    private static <T> Decision<T> wrong(@Nullable String param, String message) {
        return new Decision.Denied<>(Refusal.invalid(param, message));
    }

    private static String id(ServerRequest request) {
        return request.path().pathParameters().first("id").orElse("");
    }

    private static @Nullable String query(ServerRequest request, String name) {
        return request.query().first(name).orElse(null);
    }
}
