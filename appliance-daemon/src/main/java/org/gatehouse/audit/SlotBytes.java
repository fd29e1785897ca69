package org.gatehouse.audit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.StoredText;

/**
 * How a call in flight lies in its slot: state (4 bytes: 0 free, 1 taken), CRC32C of the draft (4), its length (4), four
 * spare bytes, input tokens (8), output tokens (8), when these were told (8, microseconds), the draft. Stateless.
 *
 * <p>
 * Plain stores into a mapped file survive the process, in program order: the state goes in last and comes out first.
 */
final class SlotBytes {

    static final int SIZE = 1_024;

    private static final int CRC = 4;
    private static final int LENGTH = 8;
    private static final int INPUT = 16;
    private static final int OUTPUT = 24;
    private static final int TOLD = 32;
    private static final int DRAFT = 40;
    private static final int LARGEST_DRAFT = SIZE - DRAFT;
    private static final VarHandle STATE = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle COUNT = ValueLayout.JAVA_LONG.varHandle();

    private SlotBytes() {}

    static void open(MemorySegment slot, CallDraft draft) {
        byte[] bytes = encode(draft);
        slot.set(ValueLayout.JAVA_INT, CRC, crc(bytes));
        slot.set(ValueLayout.JAVA_INT, LENGTH, bytes.length);
        slot.asSlice(DRAFT, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
        progress(slot, draft.inputTokens(), 0, Micros.of(draft.startedAt()));
        STATE.setRelease(slot, 0L, 1);
    }

    static void progress(MemorySegment slot, long input, long output, long nowMicros) {
        COUNT.setOpaque(slot, (long) INPUT, input);
        COUNT.setOpaque(slot, (long) OUTPUT, output);
        COUNT.setOpaque(slot, (long) TOLD, nowMicros);
    }

    static void free(MemorySegment slot) {
        STATE.setRelease(slot, 0L, 0);
    }

    static boolean isTaken(MemorySegment slot) {
        return (int) STATE.getAcquire(slot, 0L) != 0;
    }

    /** What a taken slot says; {@code null} when it was half written. */
    static InFlightJournal.@Nullable Interrupted read(MemorySegment slot) {
        int length = slot.get(ValueLayout.JAVA_INT, LENGTH);
        if (length <= 0 || length > LARGEST_DRAFT) {
            return null;
        }
        byte[] bytes = slot.asSlice(DRAFT, length).toArray(ValueLayout.JAVA_BYTE);
        if (slot.get(ValueLayout.JAVA_INT, CRC) != crc(bytes)) {
            return null;
        }
        CallDraft draft = decode(ByteBuffer.wrap(bytes));
        long told = slot.get(ValueLayout.JAVA_LONG, TOLD);
        return new InFlightJournal.Interrupted(draft, slot.get(ValueLayout.JAVA_LONG, INPUT),
                slot.get(ValueLayout.JAVA_LONG, OUTPUT), Math.max(0, told - Micros.of(draft.startedAt())));
    }

    private static byte[] encode(CallDraft draft) {
        // The longer names are, the more of each is cut: the ids beside them say who it was.
        for (int longest = 96; longest >= 0; longest -= 24) {
            try {
                return encode(draft, longest);
            } catch (BufferOverflowException e) {
                // Shorter, then.
            }
        }
        throw new IllegalStateException("a draft without any text does not fit its slot");
    }

    private static byte[] encode(CallDraft draft, int longest) {
        ByteBuffer out = ByteBuffer.allocate(LARGEST_DRAFT);
        Caller caller = draft.caller();
        uuid(out, draft.id());
        out.putLong(Micros.of(draft.startedAt())).putLong(draft.inputTokens());
        out.put((byte) ((draft.streamed() ? 1 : 0) | (draft.simulated() ? 2 : 0) | (caller.userId() != null ? 4 : 0)
                | (draft.scenario() != null ? 8 : 0)));
        uuid(out, caller.organisationId());
        uuid(out, caller.departmentId());
        uuid(out, caller.projectId());
        uuid(out, caller.keyId());
        UUID user = caller.userId();
        uuid(out, user == null ? new UUID(0, 0) : user);
        String userName = caller.userName();
        String scenario = draft.scenario();
        for (String text : new String[]{draft.traceId(), draft.requestId(), caller.departmentName(),
                caller.projectName(), caller.keyName(), userName == null ? "" : userName, draft.clientAddress(),
                draft.dialect(), draft.surface(), scenario == null ? "" : scenario, draft.modelAsked(),
                draft.modelServed(), draft.upstream()}) {
            byte[] utf8 = (text.length() <= longest ? text : StoredText.fit(text, longest))
                    .getBytes(StandardCharsets.UTF_8);
            out.putShort((short) utf8.length).put(utf8);
        }
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    private static CallDraft decode(ByteBuffer in) {
        UUID id = uuid(in);
        Instant startedAt = Micros.instant(in.getLong());
        long inputTokens = in.getLong();
        int flags = in.get();
        UUID organisation = uuid(in);
        UUID department = uuid(in);
        UUID project = uuid(in);
        UUID key = uuid(in);
        UUID user = uuid(in);
        boolean owned = (flags & 4) != 0;
        String traceId = text(in);
        String requestId = text(in);
        String departmentName = text(in);
        String projectName = text(in);
        String keyName = text(in);
        String userName = text(in);
        Caller caller = new Caller(organisation, department, departmentName, project, projectName, key, keyName,
                owned ? user : null, owned ? userName : null);
        String clientAddress = text(in);
        String dialect = text(in);
        String surface = text(in);
        String scenario = text(in);
        return new CallDraft(id, traceId, requestId, startedAt, caller, clientAddress, dialect, surface,
                (flags & 1) != 0, (flags & 8) != 0 ? scenario : null, text(in), text(in), text(in), (flags & 2) != 0,
                inputTokens);
    }

    private static void uuid(ByteBuffer out, UUID id) {
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static String text(ByteBuffer in) {
        byte[] utf8 = new byte[in.getShort()];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
