package org.gatehouse.daemon;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.BudgetDraft;
import org.gatehouse.governance.ScopeReference;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** A soft budget stops nothing, but somebody is told. */
final class SoftBudgetIT {
    private static final String COUNT = "gatehouse_soft_budgets_used_up_total{period=\"month\",scope=\"project\"}";

    @TempDir
    Path data;

    @Test
    void softBudgetThatIsUsedUpIsToldOnceAlsoOverARestart() {
        try (SimulatedServer engine = TestDaemon.engine()) {
            UUID budget;
            TestDaemon.IssuedTo key;
            try (TestDaemon box = TestDaemon.plain(data)) {
                TestDaemon.Furnished made = box.furnish(engine);
                key = box.key(made.project(), "ci");
                // A token costs a unit of money, and the prompt alone has some.
                budget = box.daemon.governance().budgets().create(TestDaemon.TEST, budget(made.project(), "3")).made()
                        .id();
                for (int i = 0; i < 3; i++) {
                    assertThat(box.chat(key.text(), "tokens=5").statusCode()).isEqualTo(200);
                }
                awaitAlerts(box, budget, 1);
                assertThat(box.audit("kind=admin&objectId=" + budget)).contains("system:budgets", "Research/search",
                        "amount\\\":\\\"3\\\"");
                assertThat(box.metric(COUNT)).isEqualTo(1);
            }
            try (TestDaemon box = TestDaemon.plain(data)) {
                assertThat(box.chat(key.text(), "tokens=5").statusCode()).isEqualTo(200);
                assertThat(box.metric(COUNT)).as("told by the earlier life").isNaN();

                amount(box, budget, "1000000");
                amount(box, budget, "4");

                assertThat(box.metric(COUNT)).as("told without waiting for a call").isEqualTo(1);
                awaitAlerts(box, budget, 2);
            }
        }
    }

    private static void awaitAlerts(TestDaemon box, UUID budget, int count) {
        TestDaemon.await(() -> box.audit("kind=admin&objectId=" + budget).split("\"alert\"", -1).length == count + 1,
                "not " + count + " alerts in the trail");
    }

    private static BudgetDraft budget(UUID project, String amount) {
        return new BudgetDraft(new ScopeReference(Scope.Type.PROJECT, project), Budget.Period.MONTH,
                new BigDecimal(amount), null, false);
    }

    private static void amount(TestDaemon box, UUID budget, String amount) {
        box.daemon.governance().budgets().update(TestDaemon.TEST, budget, null, draft -> new Reading.Whole<>(
                new BudgetDraft(draft.scope(), draft.period(), new BigDecimal(amount), draft.currency(), false)))
                .made();
    }
}
