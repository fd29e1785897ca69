package org.gatehouse.admin;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallEnergy;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.TrailEntry;
import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.TrailFilter;
import org.gatehouse.audit.TrailPage;
import org.gatehouse.audit.TrailRecord;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailVerification;
import org.gatehouse.audit.VerificationResult;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;

/** The trail: search, read, verify, export. Reading recorded bodies is itself recorded. */
final class AuditOperations {
    private static final String PATH = Operation.BASE + "audit";
    private static final int USUAL_LIMIT = 100;
    private static final int MICRO = 6;
    private static final Duration AROUND = Duration.ofHours(3);

    private final TrailSearch search;
    private final TrailVerification verification;
    private final TrailExport export;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    AuditOperations(TrailSearch search, TrailVerification verification, TrailExport export, AdminTrail trail,
            Clock clock, Supplier<UUID> ids) {
        this.search = search;
        this.verification = verification;
        this.export = export;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** What GPUs took for a call. */
    record CallEnergyView(@About("Energy that GPUs took for the call, in watt-hours.") BigDecimal wattHours,
            @About("Time of GPUs that were held for it, in seconds of one GPU.") BigDecimal gpuSeconds,
            @About("What both cost by the price book, one amount a currency; none where it says nothing.") List<LocalCost> localCosts) {

        static CallEnergyView of(CallEnergy energy) {
            return new CallEnergyView(BigDecimal.valueOf(energy.microWattHours(), MICRO),
                    BigDecimal.valueOf(energy.gpuMicros(), MICRO), energy.costs().stream()
                            .map(cost -> new LocalCost(cost.amount(), cost.currency())).toList());
        }
    }

    /** What energy and GPU time cost. */
    record LocalCost(@About("How much, exact.") BigDecimal amount, @About("ISO 4217 code.") String currency) {}

    /** A row of the trail. */
    record AuditEntry(@About("Whose trail it stands in.") UUID node, @About("Its number there.") long sequence,
            @About("What kind of record it is.") TrailRecord.Kind kind,
            @About("Its hash, which the next row is linked to.") String hash,
            @About("The record, exactly as it was hashed.") JsonNode record,
            @About("What GPUs took for a call at a local model, some two minutes after it ended; null before, and for others. Not under the hash.") @Nullable CallEnergyView energy) {

        static AuditEntry of(TrailEntry entry, @Nullable CallEnergy energy) {
            return new AuditEntry(entry.node(), entry.sequence(), entry.item().kind(), entry.hash(),
                    Json.trusted(entry.json()), energy == null ? null : CallEnergyView.of(energy));
        }
    }

    /** What was kept of a call's bodies. */
    record AuditBodies(
            @About("What the client sent; null when it was not kept, or not any more.") @Nullable RecordedBody request,
            @About("What the client got; null when it was not kept, or not any more.") @Nullable RecordedBody reply) {}

    /** A body. */
    record RecordedBody(@About("Whether the content is text or base64 of what is no text.") Encoding encoding,
            @About("The body.") String content) {

        /** How a body stands in JSON. */
        enum Encoding {
            TEXT, BASE64
        }

        static @Nullable RecordedBody of(byte @Nullable [] body) {
            if (body == null) {
                return null;
            }
            try {
                return new RecordedBody(Encoding.TEXT,
                        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
            } catch (CharacterCodingException _) {
                return new RecordedBody(Encoding.BASE64, Base64.getEncoder().encodeToString(body));
            }
        }
    }

    /** What a verification found. */
    record Verification(@About("Whether everything is as it was written.") boolean intact,
            @About("How many nodes' trails were walked.") int nodes, @About("How many records.") long records,
            @About("How many signatures among them.") long checkpoints,
            @About("What was found, in a sentence.") String message,
            @About("In whose trail the first broken record is.") @Nullable UUID brokenNode,
            @About("The number of the first broken record.") @Nullable Long brokenSequence) {

        static Verification of(VerificationResult result) {
            return switch (result) {
                case VerificationResult.Intact(int nodes, long records, long checkpoints) -> new Verification(true,
                        nodes, records, checkpoints, records + " records and " + checkpoints
                                + " signatures of " + nodes + " node(s) are as they were written.",
                        null, null);
                case VerificationResult.Broken broken -> new Verification(false, 0, 0, 0, broken.message(),
                        broken.node(), broken.sequence());
            };
        }
    }

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "searchAudit", "audit", "Finds rows of the trail, newest first.",
                        new Operation.Reply.Many(AuditEntry.class), this::find).needing(Permission.VIEW_AUDIT)
                        .with(Parameter.time("from", "Rows from then on."), Parameter.time("to", "Rows before then."),
                                word("kind", "Rows of that kind.", TrailRecord.Kind.values()),
                                Parameter.id("department", "Calls of that department."),
                                Parameter.id("project", "Calls of that project."),
                                Parameter.id("key", "Calls with that key."),
                                Parameter.id("user", "Calls with that user's keys."),
                                Parameter.text("model", "Calls that asked for that public model."),
                                Parameter.text("upstream", "Calls that went to that upstream."),
                                Parameter.text("scenario", "Calls of that business scenario."),
                                word("outcome", "Calls that ended so.", Outcome.values()),
                                Parameter.text("errorCode", "Calls that got that code."),
                                Parameter.text("traceId", "Rows of that trace."),
                                Parameter.text("requestId", "Rows of that request."),
                                Parameter.text("actor", "What that actor did."),
                                Parameter.text("objectType", "What was done to that kind of thing, such as keys."),
                                Parameter.text("objectId", "What was done to that thing."),
                                Parameter.word("order", "Which end comes first; newest when not said.",
                                        List.of("newest", "oldest")),
                                NounOperations.LIMIT,
                                Parameter.text("after", "The next of the answer before; absent for the beginning.")),
                Operation.get(PATH + "/verify", "verifyAudit", "audit",
                        "Walks the trail and says whether anything was changed, removed, added or reordered.",
                        new Operation.Reply.One(200, Verification.class),
                        call -> Answer.Json.of(Verification.of(verification.verify(from(call), to(call)))))
                        .needing(Permission.VIEW_AUDIT).with(range()),
                Operation.get(PATH + "/export", "exportAudit", "audit",
                        "The trail as JSON lines, to be kept and verified elsewhere.",
                        new Operation.Reply.Bytes("application/jsonl"),
                        call -> new Answer.Stream("application/jsonl", "audit.jsonl",
                                out -> export.write(out, from(call), to(call))))
                        .needing(Permission.VIEW_AUDIT).with(range()),
                Operation.get(PATH + "/{id}", "getAudit", "audit", "Reads the row of one call or admin action.",
                        new Operation.Reply.One(200, AuditEntry.class), this::read).needing(Permission.VIEW_AUDIT),
                Operation.get(PATH + "/{id}/bodies", "getAuditBodies", "audit",
                        "Reads what policy kept of a call's bodies. That somebody read them is recorded.",
                        new Operation.Reply.One(200, AuditBodies.class), this::bodies)
                        .needing(Permission.VIEW_BODIES));
    }

    private static Parameter[] range() {
        return new Parameter[]{Parameter.time("from", "Rows from then on; from the beginning when not said."),
                Parameter.time("to", "Rows before then; to the end when not said.")};
    }

    private static Parameter word(String name, String about, Enum<?>[] constants) {
        return Parameter.word(name, about,
                Arrays.stream(constants).map(constant -> constant.name().toLowerCase(Locale.ROOT)).toList());
    }

    private static @Nullable Instant from(Call call) {
        return call.query("from", Instant.class).orElse(null);
    }

    private static @Nullable Instant to(Call call) {
        return call.query("to", Instant.class).orElse(null);
    }

    private Answer find(Call call) {
        TrailPage.Cursor after;
        try {
            after = call.query("after", String.class).map(TrailPage.Cursor::parse).orElse(null);
        } catch (IllegalArgumentException _) {
            return new Answer.Failed(Problem.invalid("after", "must be the next of an earlier answer"));
        }
        boolean oldest = call.query("order", String.class).filter("oldest"::equals).isPresent();
        TrailPage page = search.find(filter(call),
                oldest ? TrailSearch.Order.OLDEST_FIRST : TrailSearch.Order.NEWEST_FIRST, after,
                call.query("limit", Integer.class).orElse(USUAL_LIMIT));
        TrailPage.Cursor next = page.next();
        return NounOperations.page(entries(page.entries()),
                next == null ? null : next.text());
    }

    private List<AuditEntry> entries(List<TrailEntry> found) {
        Map<UUID, CallEnergy> energies = search.energyOf(found.stream().map(TrailEntry::item)
                .filter(item -> item.kind() == TrailRecord.Kind.CALL).map(TrailRecord::id).toList());
        return found.stream().map(entry -> AuditEntry.of(entry, energies.get(entry.item().id()))).toList();
    }

    private static TrailFilter filter(Call call) {
        TrailFilter filter = TrailFilter.any();
        for (String name : call.query().keySet()) {
            filter = narrow(filter, name, call);
        }
        return filter;
    }

    private static TrailFilter narrow(TrailFilter filter, String name, Call call) {
        return switch (name) {
            case "from" -> filter.from(given(call, name, Instant.class));
            case "to" -> filter.before(given(call, name, Instant.class));
            case "kind" -> filter.kind(TrailRecord.Kind.valueOf(upper(call, name)));
            case "department" -> filter.department(given(call, name, UUID.class));
            case "project" -> filter.project(given(call, name, UUID.class));
            case "key" -> filter.key(given(call, name, UUID.class));
            case "user" -> filter.user(given(call, name, UUID.class));
            case "model" -> filter.model(given(call, name, String.class));
            case "upstream" -> filter.upstream(given(call, name, String.class));
            case "scenario" -> filter.scenario(given(call, name, String.class));
            case "outcome" -> filter.outcome(Outcome.valueOf(upper(call, name)));
            case "errorCode" -> filter.errorCode(given(call, name, String.class));
            case "traceId" -> filter.traceId(given(call, name, String.class));
            case "requestId" -> filter.requestId(given(call, name, String.class));
            case "actor" -> filter.actor(given(call, name, String.class));
            case "objectType" -> filter.objectType(given(call, name, String.class));
            case "objectId" -> filter.objectId(given(call, name, String.class));
            default -> filter;
        };
    }

    private static <T> T given(Call call, String name, Class<T> type) {
        return call.query(name, type).orElseThrow();
    }

    private static String upper(Call call, String name) {
        return given(call, name, String.class).toUpperCase(Locale.ROOT);
    }

    private Answer read(Call call) {
        return byId(call.id()).<Answer>map(entry -> Answer.Json.of(entries(List.of(entry)).getFirst()))
                .orElseGet(() -> absent(call));
    }

    /** The trail has no index on ids. A UUIDv7 tells when it was made, and calls end within hours of that. */
    private Optional<TrailEntry> byId(UUID id) {
        if (id.version() == 7) {
            Instant made = Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
            TrailFilter near = TrailFilter.any().id(id).from(made.minus(AROUND)).before(made.plus(AROUND));
            List<TrailEntry> found = search.find(near, TrailSearch.Order.OLDEST_FIRST, null, 1).entries();
            if (!found.isEmpty()) {
                return Optional.of(found.getFirst());
            }
        }
        return search.byId(id);
    }

    private Answer bodies(Call call) {
        Optional<TrailEntry> entry = byId(call.id());
        if (entry.isEmpty()) {
            return absent(call);
        }
        trail.append(call.actor().did(ids.get(), clock.instant(), "read", "bodies", call.id().toString(), null, null));
        TrailSearch.Bodies bodies = search.bodiesOf(call.id());
        return Answer.Json.of(new AuditBodies(RecordedBody.of(bodies.request()), RecordedBody.of(bodies.reply())));
    }

    private static Answer absent(Call call) {
        return new Answer.Failed(Problem.absent("The trail holds no call or action with id " + call.id()
                + ". Search for it with GET /api/v1/audit."));
    }
}
