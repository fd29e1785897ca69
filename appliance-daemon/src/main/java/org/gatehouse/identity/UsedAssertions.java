package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

import org.gatehouse.store.Database;

/**
 * Assertions that were used, so that none is used twice, on any box of a fleet. Only asked about assertions whose
 * signature is right, so strangers can't fill it. Thread-safe.
 */
final class UsedAssertions {
    private final Jdbi jdbi;
    private final Clock clock;

    UsedAssertions(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    /** Remembers one, and whether it is the first time. */
    boolean first(UUID provider, String id) {
        Instant now = clock.instant();
        String hash = hash(id);
        // An older one is refused for its age.
        Instant forget = now.plus(SamlAssertion.OLDEST).plus(OidcTokens.SKEW.multipliedBy(2));
        jdbi.useTransaction(handle -> handle.createUpdate("DELETE FROM saml_assertion_used WHERE forget_at < :now")
                .bind("now", now.atOffset(ZoneOffset.UTC)).execute());
        try {
            jdbi.useTransaction(handle -> handle.createUpdate("""
                    INSERT INTO saml_assertion_used (provider_id, id_hash, forget_at) VALUES (:provider, :hash, :forget)
                    """).bind("provider", provider).bind("hash", hash)
                    .bind("forget", forget.atOffset(ZoneOffset.UTC)).execute());
            return true;
        } catch (UnableToExecuteStatementException e) {
            if (known(provider, hash)) {
                return false;
            }
            throw e;
        }
    }

    private boolean known(UUID provider, String hash) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT COUNT(*) FROM saml_assertion_used WHERE provider_id = :provider AND id_hash = :hash
                """).bind("provider", provider).bind("hash", hash).mapTo(Integer.class).one()) > 0;
    }

    private static String hash(String id) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
