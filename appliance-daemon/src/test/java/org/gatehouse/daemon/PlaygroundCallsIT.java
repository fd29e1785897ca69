package org.gatehouse.daemon;

import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.BudgetDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.ScopeReference;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls from the playground are governed like all others: by the project's budget, by what its key may do, by who the person is. */
@Timeout(120)
final class PlaygroundCallsIT {
    private static final Duration LIFE = Duration.ofMinutes(15);
    @TempDir
    Path data;
    private SimulatedServer engine;
    private TestDaemon box;
    private Governance governance;
    private UUID project;
    private User dora;

    @BeforeEach
    void start() {
        engine = TestDaemon.engine();
        box = TestDaemon.plain(data);
        governance = box.daemon.governance();
        project = box.furnish(engine).project();
        dora = governance.users().create(TestDaemon.TEST,
                UserDraft.named("dora").with(Role.DEVELOPER).reaching(List.of(), List.of(project))).made();
    }

    @AfterEach
    void stop() {
        box.close();
        engine.close();
    }

    private String secret(Duration life) {
        return governance.keys().tryOut(TestDaemon.TEST, project, dora.id(), life).made().secret();
    }

    @Test
    void theirRowsNameThePersonAndTheProjectsBudgetEndsThem() {
        UUID spent = governance.budgets()
                .create(TestDaemon.TEST, new BudgetDraft(new ScopeReference(Scope.Type.PROJECT, project),
                        Budget.Period.DAY, new BigDecimal(100_000), null, true))
                .made().id();
        String secret = secret(LIFE);
        assertThat(box.chat(secret, "tokens=2").statusCode()).isEqualTo(200);
        TestDaemon.await(() -> box.audit("kind=call&user=" + dora.id()).contains(dora.id().toString()),
                "no row of the person's");
        governance.budgets().delete(TestDaemon.TEST, spent, null, false).made();
        governance.budgets().create(TestDaemon.TEST, new BudgetDraft(new ScopeReference(Scope.Type.PROJECT, project),
                Budget.Period.DAY, BigDecimal.ONE, null, true)).made();
        HttpResponse<String> refused = box.chat(secret, "tokens=2");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("insufficient_quota");
    }

    @Test
    void theyAreChatsOnlyAndEndWithThePerson() {
        String secret = secret(LIFE);
        assertThat(box.send(HttpRequest.newBuilder(box.uri("/v1/embeddings"))
                .header("authorization", "Bearer " + secret).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"local\",\"input\":\"x\"}"))).body())
                .contains("endpoint_not_allowed");
        governance.users().update(TestDaemon.TEST, dora.id(), null,
                draft -> new Reading.Whole<>(new UserDraft(draft.name(), draft.email(),
                        false, draft.roles(), draft.departments(), draft.projects())))
                .made();
        assertThat(box.chat(secret, "tokens=2").statusCode()).isEqualTo(401);
    }

    @Test
    void secretIsRefusedWhenItsTimeIsOver() {
        String secret = secret(Duration.ofMillis(1));
        TestDaemon.await(() -> box.chat(secret, "tokens=2").statusCode() == 401, "a secret that does not end");
        assertThat(box.chat(secret(LIFE), "tokens=2").statusCode()).isEqualTo(200);
        assertThat(box.chat(secret, "tokens=2").statusCode()).as("the one that had ended").isEqualTo(401);
    }
}
