package org.gatehouse.governance;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a declaration changes, or would change. */
public record DeclarationReport(@About("Whether it was applied; false for a dry run.") boolean applied,
        @About("How many things are new.") int created, @About("How many things are different now.") int updated,
        @About("How many things are gone.") int deleted, @About("How many things are as they were.") int unchanged,
        @About("Everything that the declaration names, and what is deleted.") List<Item> items,
        @About("Secrets of keys that were made without public characters. Shown this once.") List<NewSecret> secrets) {

    /** Copies the lists. */
    public DeclarationReport {
        items = List.copyOf(items);
        secrets = List.copyOf(secrets);
    }

    /** What happens to a thing. */
    public enum Action {
        CREATE, UPDATE, DELETE, UNCHANGED
    }

    /** One thing. */
    public record Item(@About("What happens to it.") Action action, @About("What kind of thing it is.") String noun,
            @About("Its name.") String name, @About("What is different about it.") List<Difference> fields) {}

    /** One member that is different. */
    public record Difference(@About("The member.") String field,
            @About("What it was; null when it was not there.") @Nullable JsonNode before,
            @About("What it is; null when it is not there.") @Nullable JsonNode after) {}

    /** The secret of a new key. */
    public record NewSecret(@About("The key, as department/project/name.") String key,
            @About("The whole text that clients send.") String secret) {

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "NewSecret[" + key + "]";
        }
    }
}
