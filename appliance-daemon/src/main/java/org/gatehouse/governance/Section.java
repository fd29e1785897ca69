package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;

/**
 * One section of a declaration held against what is stored. Confined to one change.
 *
 * @param <T> what is stored
 * @param <I> an item of the section
 */
final class Section<T extends Record & Governed, I extends Record> {
    private final String noun;
    private final Map<String, T> stored = new LinkedHashMap<>();
    private final Function<T, I> declare;
    private final Function<I, String> key;
    private final List<DeclarationReport.Item> items = new ArrayList<>();

    Section(String noun, List<T> all, Function<T, I> declare, Function<I, String> key) {
        this.noun = noun;
        this.declare = declare;
        this.key = key;
        all.forEach(one -> stored.put(key.apply(declare.apply(one)), one));
    }

    List<DeclarationReport.Item> items() {
        return items;
    }

    /** Makes what is new, changes what is different. What is wrong is named with the section and the item's place. */
    void apply(List<I> wanted, Consumer<I> create, BiConsumer<T, I> update) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            I item = wanted.get(i);
            String name = key.apply(item);
            String place = noun + "[" + i + "]";
            if (places.put(name, i) != null) {
                throw RefusedException.invalid(place, "declares " + name + " a second time");
            }
            T before = stored.get(name);
            try {
                if (before == null) {
                    create.accept(item);
                    note(DeclarationReport.Action.CREATE, name, List.of());
                } else {
                    List<DeclarationReport.Difference> differences = differences(declare.apply(before), item);
                    if (!differences.isEmpty()) {
                        update.accept(before, item);
                    }
                    note(differences.isEmpty()
                            ? DeclarationReport.Action.UNCHANGED
                            : DeclarationReport.Action.UPDATE, name, differences);
                }
            } catch (RefusedException e) {
                throw new RefusedException(located(e.refusal(), place, name));
            }
        }
    }

    /**
     * Deletes what the section does not name.
     *
     * @param delete whether it is gone then; it may have to stay
     */
    void prune(List<I> wanted, Predicate<T> delete) {
        TreeSet<String> names = new TreeSet<>(wanted.stream().map(key).toList());
        stored.forEach((name, one) -> {
            if (!names.contains(name)) {
                boolean gone;
                try {
                    gone = delete.test(one);
                } catch (RefusedException e) {
                    throw new RefusedException(located(e.refusal(), noun, name));
                }
                if (gone) {
                    note(DeclarationReport.Action.DELETE, name, List.of());
                }
            }
        });
    }

    private void note(DeclarationReport.Action action, String name, List<DeclarationReport.Difference> differences) {
        items.add(new DeclarationReport.Item(action, noun, name, differences));
    }

    /** Member by member; a secret counts as different when it is given, and is not shown. */
    static List<DeclarationReport.Difference> differences(Record before, Record after) {
        ObjectNode old = Json.tree(before);
        ObjectNode young = Json.tree(after);
        List<DeclarationReport.Difference> differences = new ArrayList<>();
        young.fieldNames().forEachRemaining(field -> {
            JsonNode was = old.get(field);
            JsonNode is = young.get(field);
            if (!Objects.equals(was, is)) {
                differences.add(new DeclarationReport.Difference(field, shown(was), shown(is)));
            }
        });
        ObjectNode whole = Json.treeWithSecrets(after);
        whole.fieldNames().forEachRemaining(field -> {
            boolean told = differences.stream().anyMatch(difference -> difference.field().equals(field));
            if (!told && tellsSecret(whole.get(field), young.get(field))) {
                differences.add(new DeclarationReport.Difference(field, null, null));
            }
        });
        return differences;
    }

    /** Whether a tree with secrets says more than the one without. */
    private static boolean tellsSecret(JsonNode with, @Nullable JsonNode without) {
        if (without == null) {
            return !with.isNull();
        }
        if (with.isObject()) {
            return with.properties().stream()
                    .anyMatch(member -> tellsSecret(member.getValue(), without.get(member.getKey())));
        }
        for (int i = 0; i < with.size(); i++) {
            if (tellsSecret(with.get(i), without.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable JsonNode shown(@Nullable JsonNode node) {
        return node == null || node.isNull() ? null : node;
    }

    private static Refusal located(Refusal refusal, String place, String name) {
        return switch (refusal) {
            case Refusal.Invalid(List<FieldError> errors) -> new Refusal.Invalid(errors.stream()
                    .map(error -> new FieldError(place + "." + error.field(), error.message() + " (" + name + ")"))
                    .toList());
            case Refusal.Conflict(String message) -> new Refusal.Conflict(place + ": " + message);
            case Refusal.Absent(String message) -> new Refusal.Absent(place + ": " + message);
            case Refusal.Stale(String message) -> new Refusal.Stale(place + ": " + message);
        };
    }
}
