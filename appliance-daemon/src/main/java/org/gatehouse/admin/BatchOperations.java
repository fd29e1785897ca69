package org.gatehouse.admin;

import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch;
import org.gatehouse.batch.Decision;
import org.gatehouse.batch.LineProblem;
import org.gatehouse.batch.PublicIds;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;

/** The batches of clients: how they stand, and to cancel them. Their contents are the clients' alone. */
final class BatchOperations {
    private static final String TAG = "batches";
    private static final String PATH = Operation.BASE + TAG;
    private static final int USUAL_LIMIT = 100;

    private final ClientBatches batches;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    BatchOperations(ClientBatches batches, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.batches = batches;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** A batch. */
    record BatchView(@About("Its id.") UUID id, @About("How its client names it.") String name,
            @About("The project that it belongs to.") UUID project, @About("The key that ordered it.") UUID key,
            @About("What that key was called then.") String keyName,
            @About("From which address it was ordered.") String address,
            @About("The business scenario that its rows are filed under.") @Nullable String scenario,
            @About("What its rows call.") String endpoint, @About("Where it stands.") Batch.State state,
            @About("How many rows it has; 0 until they were checked.") long rows,
            @About("Rows that were answered.") long completed, @About("Rows that were not.") long failed,
            @About("The file with its rows, as its client names it.") String inputFile,
            @About("The file with the answers; null when there is none.") @Nullable String outputFile,
            @About("The file with the rows that failed; null when there is none.") @Nullable String errorFile,
            @About("Why it could not begin.") List<LineView> problems, @About("When it was ordered.") Instant createdAt,
            @About("When what is not done by then stays undone.") Instant expiresAt,
            @About("When its rows were found good; null before.") @Nullable Instant beganAt,
            @About("When it ended; null before.") @Nullable Instant endedAt) {

        static BatchView of(Batch batch) {
            return new BatchView(batch.id(), batch.publicId(), batch.project(), batch.key(), batch.keyName(),
                    batch.address(), batch.scenario(), batch.endpoint().path(), batch.state(), batch.counts().total(),
                    batch.counts().completed(), batch.counts().failed(), PublicIds.FILE.write(batch.inputFile()),
                    batch.hasOutput() ? PublicIds.FILE.write(batch.outputFile()) : null,
                    batch.hasErrors() ? PublicIds.FILE.write(batch.errorFile()) : null,
                    batch.problems().stream().map(LineView::of).toList(), batch.createdAt(), batch.expiresAt(),
                    batch.beganAt(), batch.endedAt());
        }
    }

    /** What is wrong with a line. */
    record LineView(@About("Its number, from 1; null where the whole file is wrong.") @Nullable Integer line,
            @About("What is wrong, for programs.") String code, @About("The same in words.") String message,
            @About("The member that is wrong.") @Nullable String param) {

        static LineView of(LineProblem problem) {
            return new LineView(problem.line(), problem.code(), problem.message(), problem.param());
        }
    }

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "listBatches", TAG, "Lists the batches of clients, newest first.",
                        new Operation.Reply.Many(BatchView.class), this::list)
                        .with(Parameter.id("project", "Only that project's."),
                                Parameter.word("state", "Only those in that state.",
                                        Arrays.stream(Batch.State.values()).map(Batch.State::word).toList()),
                                NounOperations.LIMIT, NounOperations.AFTER),
                Operation.get(PATH + "/{id}", "getBatch", TAG, "Reads one batch.",
                        new Operation.Reply.One(200, BatchView.class),
                        call -> Answer.Json.of(BatchView.of(known(call)))),
                Operation.post(PATH + "/{id}/cancel", "cancelBatch", TAG,
                        "Cancels a batch: rows that run are ended, what was answered is kept for its client.", null,
                        new Operation.Reply.One(200, BatchView.class), this::cancel));
    }

    private Answer list(Call call) {
        int limit = call.query("limit", Integer.class).orElse(USUAL_LIMIT);
        List<Batch> found = batches.list(call.query("project", UUID.class).orElse(null),
                call.query("state", String.class).map(word -> Batch.State.valueOf(word.toUpperCase(Locale.ROOT)))
                        .orElse(null),
                call.query("after", UUID.class).orElse(null), limit + 1);
        List<Batch> shown = found.stream().limit(limit).toList();
        return NounOperations.page(shown.stream().map(BatchView::of).toList(),
                found.size() > limit ? shown.getLast().id().toString() : null);
    }

    private Batch known(Call call) {
        return batches.find(call.id()).orElseThrow(() -> new Call.Ended(Problem.absent(
                "There is no batch with id " + call.id() + ". List them with GET " + PATH + ".")));
    }

    private Answer cancel(Call call) {
        Batch batch = known(call);
        if (!batch.state().last()) {
            trail.append(call.actor().did(ids.get(), clock.instant(), "cancel", TAG, batch.publicId(), null, null));
        }
        return switch (batches.cancel(batch)) {
            case Decision.Given<Batch>(Batch now) -> Answer.Json.of(BatchView.of(now));
            case Decision.Denied<Batch>(Refusal refusal) -> new Answer.Failed(Problem.conflict(refusal.message()));
        };
    }
}
