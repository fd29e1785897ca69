package org.gatehouse.governance;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.form.Json;

/**
 * One change on its way: the open transaction, and what is to be told to the trail about it. Confined to the thread that
 * holds the transaction.
 */
final class ChangeSet {
    private final Handle handle;
    private final Actor actor;
    private final Instant now;
    private final Supplier<UUID> ids;
    private final List<AdminRecord> records = new ArrayList<>();
    /** By noun: what shall be judged when all is written, and by whom. */
    private final Map<String, Judgement> judgements = new LinkedHashMap<>();

    private record Judgement(Set<String> names, Consumer<Set<String>> judge) {}

    ChangeSet(Handle handle, Actor actor, Instant now, Supplier<UUID> ids) {
        this.handle = handle;
        this.actor = actor;
        this.now = now;
        this.ids = ids;
    }

    Handle handle() {
        return handle;
    }

    /** Who makes it, as people read it. */
    String actorName() {
        return actor.title();
    }

    Instant now() {
        return now;
    }

    /** The time of the change as the database binds it. */
    OffsetDateTime timestamp() {
        return now.atOffset(ZoneOffset.UTC);
    }

    UUID newId() {
        return ids.get();
    }

    /** Notes something that was made. */
    <T extends Record & Governed> T created(String noun, T after) {
        note("create", noun, after, null, after);
        return after;
    }

    /** Notes something that is different now; what did with it is the last word of the action. */
    <T extends Record & Governed> T changed(String noun, String verb, T before, T after) {
        note(verb, noun, after, before, after);
        return after;
    }

    /** Notes something that is gone. */
    <T extends Record & Governed> T deleted(String noun, T before) {
        note("delete", noun, before, before, null);
        return before;
    }

    private void note(String action, String noun, Governed thing, @Nullable Record before, @Nullable Record after) {
        records.add(actor.did(ids.get(), now, action, noun, thing.id().toString(),
                before == null ? null : Json.tree(before), after == null ? null : Json.tree(after)));
    }

    /** Has things of a noun judged together when all of the change is written; the judge may still refuse it. */
    void judgeAtTheEnd(String noun, String name, Consumer<Set<String>> judge) {
        judgements.computeIfAbsent(noun, _ -> new Judgement(new LinkedHashSet<>(), judge)).names().add(name);
    }

    /** All is written: whoever wanted to look at the whole does. */
    void judge() {
        judgements.values().forEach(judgement -> judgement.judge().accept(judgement.names()));
    }

    List<AdminRecord> records() {
        return records;
    }
}
