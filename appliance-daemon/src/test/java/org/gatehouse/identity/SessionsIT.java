package org.gatehouse.identity;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SteppedClock;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class SessionsIT {
    private final Databases kind;
    private final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-21T08:00:00Z"));
    @TempDir
    Path directory;
    private Databases.Fresh fresh;
    private Sessions sessions;
    private UUID user;

    SessionsIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() {
        fresh = kind.fresh(directory);
        sessions = new Sessions(fresh.database(),
                SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(), clock), clock,
                new Ids(), new SecureRandom());
        user = user("ada");
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    private UUID user(String name) {
        UUID id = UUID.randomUUID();
        fresh.database().jdbi().useTransaction(handle -> handle.createUpdate("""
                INSERT INTO app_user (id, name, created_at, updated_at, version)
                VALUES (:id, :name, :now, :now, 1)
                """).bind("id", id).bind("name", name).bind("now", clock.instant().atOffset(ZoneOffset.UTC)).execute());
        return id;
    }

    private Session.Opened opened() {
        return sessions.open(Session.Opening.breakGlass(user, "10.0.0.1", "Browser\n1"));
    }

    @Test
    void cookieOpensItsSessionAndIsKeptNowhere() {
        Session.Opened opened = opened();
        assertThat(opened.cookie()).hasSize(43);
        assertThat(sessions.find(opened.cookie()).orElseThrow().user()).isEqualTo(user);
        assertThat(sessions.find(opened.cookie()).orElseThrow().agent()).isEqualTo("Browser 1");
        String stored = fresh.database().jdbi().withHandle(handle -> handle
                .createQuery("SELECT cookie_sha256 FROM people_session").mapTo(String.class).one());
        assertThat(stored).isEqualTo(Sessions.sha256(opened.cookie())).doesNotContain(opened.cookie());
        assertThat(sessions.find(stored)).isEmpty();
        assertThat(sessions.find(opened.cookie().substring(1) + "A")).isEmpty();
        assertThat(sessions.find("")).isEmpty();
        assertThat(opened.toString()).doesNotContain(opened.cookie());
    }

    @Test
    void sessionThatNobodyUsesEndsAfterHalfAnHour() {
        String cookie = opened().cookie();
        clock.advance(Sessions.IDLE.minusSeconds(1));
        assertThat(sessions.find(cookie)).isPresent();
        clock.advance(Sessions.IDLE.minusSeconds(1));
        assertThat(sessions.find(cookie)).as("it was used in between").isPresent();
        clock.advance(Sessions.IDLE);
        assertThat(sessions.find(cookie)).isEmpty();
        assertThat(sessions.all(null)).isEmpty();
    }

    @Test
    void everySessionEndsAfterTwelveHours() {
        String cookie = opened().cookie();
        for (int i = 0; i < 47; i++) {
            clock.advance(Duration.ofMinutes(15));
            assertThat(sessions.find(cookie)).as("quarter %d", i).isPresent();
        }
        clock.advance(Duration.ofMinutes(15));
        assertThat(sessions.find(cookie)).isEmpty();
    }

    @Test
    void confirmingGivesAnotherCookieAndDoesNotPutTheEndOff() {
        Session.Opened opened = opened();
        clock.advance(Sessions.RECENT);
        assertThat(sessions.isRecent(sessions.find(opened.cookie()).orElseThrow())).isFalse();
        Session.Opened confirmed = sessions.confirm(opened.session().id()).orElseThrow();
        assertThat(sessions.find(opened.cookie())).isEmpty();
        Session session = sessions.find(confirmed.cookie()).orElseThrow();
        assertThat(sessions.isRecent(session)).isTrue();
        assertThat(session.end()).isEqualTo(opened.session().end());
        assertThat(session.id()).isEqualTo(opened.session().id());
    }

    @Test
    void sessionsEndOneByOneOrAllOfAUser() {
        Session.Opened first = opened();
        Session.Opened second = opened();
        String other = sessions.open(Session.Opening.breakGlass(user("bob"), "", "")).cookie();
        assertThat(sessions.end(first.session().id())).isTrue();
        assertThat(sessions.end(first.session().id())).isFalse();
        assertThat(sessions.find(first.cookie())).isEmpty();
        assertThat(sessions.endAllOf(user)).isEqualTo(1);
        assertThat(sessions.find(second.cookie())).isEmpty();
        assertThat(sessions.find(other)).isPresent();
    }

    @Test
    void providerEndsThatSessionOrAllOfItsSubject() {
        UUID provider = UUID.randomUUID();
        String first = at(provider, "s-1");
        String second = at(provider, "s-2");
        String elsewhere = at(UUID.randomUUID(), "s-1");
        assertThat(sessions.endAt(provider, null, null)).isZero();
        assertThat(sessions.endAt(provider, "s-1", "sub")).isEqualTo(1);
        assertThat(sessions.find(first)).isEmpty();
        assertThat(sessions.find(second)).isPresent();
        assertThat(sessions.endAt(provider, null, "sub")).isEqualTo(1);
        assertThat(sessions.find(second)).isEmpty();
        assertThat(sessions.find(elsewhere)).as("another provider's").isPresent();
    }

    private String at(UUID provider, String session) {
        return sessions.open(new Session.Opening(user, null, Session.Way.PROVIDER, provider, session, "sub", "", "",
                null, null))
                .cookie();
    }

    @Test
    void userHasABoundedNumberOfSessionsAndTheOldestGoes() {
        String first = opened().cookie();
        clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < Sessions.MOST_OF_ONE; i++) {
            opened();
        }
        assertThat(sessions.find(first)).isEmpty();
        assertThat(sessions.all(user)).hasSize(Sessions.MOST_OF_ONE);
    }

    @Test
    void sessionsGoWithTheirUser() {
        String cookie = opened().cookie();
        fresh.database().jdbi().useTransaction(handle -> handle.execute("DELETE FROM app_user WHERE id = ?", user));
        assertThat(sessions.find(cookie)).isEmpty();
    }

    @Test
    void openingSweepsWhatHasEnded() {
        opened();
        clock.advance(Sessions.LONGEST);
        opened();
        assertThat(fresh.database().jdbi().<Integer, RuntimeException>withHandle(handle -> handle
                .createQuery("SELECT COUNT(*) FROM people_session").mapTo(Integer.class).one())).isEqualTo(1);
    }
}
