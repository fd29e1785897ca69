package org.gatehouse.admin;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.store.Database;

/**
 * Tokens that open the admin API. One is made at the first start of a store and written to a file that its owner alone can
 * read; the store has its SHA-256 only (a token is 256 random bits, so there is nothing to guess from a hash).
 * Thread-safe.
 */
public final class AdminTokens {
    /** Where the first token lies inside the data directory. */
    public static final String FILE = "admin-token";
    private static final String PREFIX = "gha_";
    private static final String FIRST = "first";
    private static final String THIS_BOX = "this box";

    private final List<Known> known;

    @SuppressWarnings("ArrayRecordComponent") // never leaves this class, never changed
    private record Known(String name, byte[] sha256) {
        @Override
        public String toString() {
            return "Known[" + name + "]";
        }
    }

    private AdminTokens(List<Known> known) {
        this.known = known;
    }

    /**
     * Reads the tokens; makes the first one if there is none.
     *
     * @param dataDirectory gets the file {@value #FILE} at the first start, mode 0600
     * @throws UncheckedIOException when the file can't be written; then no token is made
     */
    public static AdminTokens open(Database database, Path dataDirectory, Clock clock, Supplier<UUID> ids,
            RandomGenerator random) {
        Jdbi jdbi = database.jdbi();
        List<Known> known = read(jdbi);
        if (known.isEmpty()) {
            String token = TokenFile.fresh(PREFIX, random);
            // The file first: a token that is in no file could never be used, one that is not stored is made anew.
            TokenFile.write(dataDirectory, FILE, token);
            jdbi.useTransaction(handle -> store(handle, FIRST, token, clock, ids));
            known = read(jdbi);
        }
        return new AdminTokens(known);
    }

    /**
     * Puts one new token in the place of all there are, for a box whose token is lost or known to the wrong people. Only
     * for a store that no daemon on this machine has open; those of other machines take the change in at their next start.
     *
     * @param trail gets the record before anything changes: a reset without a trace must not be
     * @throws RuntimeException when one of the steps fails; done again it puts things right
     */
    public static void reset(Database database, Path dataDirectory, AdminTrail trail, Clock clock, Supplier<UUID> ids,
            RandomGenerator random) {
        Jdbi jdbi = database.jdbi();
        ArrayNode before = JsonNodeFactory.instance.arrayNode();
        read(jdbi).forEach(token -> before.add(token.name()));
        trail.append(Actor.system("command line").did(ids.get(), clock.instant(), "reset", "admin-tokens", "all",
                JsonNodeFactory.instance.objectNode().set("names", before),
                JsonNodeFactory.instance.objectNode().set("names", JsonNodeFactory.instance.arrayNode().add(FIRST))));
        String token = TokenFile.fresh(PREFIX, random);
        TokenFile.write(dataDirectory, FILE, token);
        jdbi.useTransaction(handle -> {
            handle.execute("DELETE FROM admin_token");
            // Made by whoever held one of them, perhaps; an administrator makes them anew.
            handle.execute("DELETE FROM api_token");
            // Whoever signed in with one of them is out, too: the new one has the same name.
            handle.execute("DELETE FROM people_session WHERE token_name IS NOT NULL");
            store(handle, FIRST, token, clock, ids);
        });
    }

    /**
     * Has the store know the token that lies in the directory, if there is one: after a backup of another box has been restored, whatever
     * runs on this machine signs in with it as before.
     */
    public static void adopt(Database database, Path dataDirectory, Clock clock, Supplier<UUID> ids) {
        Optional<String> token = TokenFile.read(dataDirectory, FILE);
        if (token.isPresent() && new AdminTokens(read(database.jdbi())).nameOf(token.get()).isEmpty()) {
            database.jdbi().useTransaction(handle -> {
                handle.execute("DELETE FROM admin_token WHERE name = ?", THIS_BOX);
                store(handle, THIS_BOX, token.get(), clock, ids);
            });
        }
    }

    private static void store(Handle handle, String name, String token, Clock clock, Supplier<UUID> ids) {
        handle.createUpdate("""
                INSERT INTO admin_token (id, name, token_sha256, created_at) VALUES (:id, :name, :sha256, :now)
                """).bind("id", ids.get()).bind("name", name).bind("sha256", TokenFile.sha256(token))
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC)).execute();
    }

    /** The name of the token, if it is one. Takes the same time for every token that is none. */
    Optional<String> nameOf(String presented) {
        if (presented.length() > TokenFile.LONGEST) {
            return Optional.empty();
        }
        byte[] sha256 = TokenFile.sha256(presented);
        String name = "";
        for (Known token : known) {
            if (MessageDigest.isEqual(token.sha256(), sha256)) {
                name = token.name();
            }
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    /** Whether there is a token of that name. */
    boolean isName(String name) {
        return known.stream().anyMatch(token -> token.name().equals(name));
    }

    /** Whether it is a token that opens the admin API. Takes the same time for every token that is none. */
    public boolean knows(String presented) {
        return nameOf(presented).isPresent();
    }

    private static List<Known> read(Jdbi jdbi) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT name, token_sha256 FROM admin_token ORDER BY id")
                .map((row, _) -> new Known(Objects.requireNonNull(row.getString(1)),
                        Objects.requireNonNull(row.getBytes(2))))
                .list());
    }
}
