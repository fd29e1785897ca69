package org.gatehouse.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.alerts.Alert;
import org.gatehouse.alerts.Alerts;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.AlertDestinationDraft;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRule;
import org.gatehouse.governance.AlertRuleDraft;
import org.gatehouse.governance.AlertSeverity;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.form.About;

/** What is wrong, who looks after it, of what somebody is told and where that goes. */
final class AlertOperations {
    private static final String PATH = Operation.BASE + "alerts";
    private static final int USUAL_LIMIT = 100;

    private final Governance governance;
    private final Alerts alerts;

    AlertOperations(Governance governance, Alerts alerts) {
        this.governance = governance;
        this.alerts = alerts;
    }

    /** An alert. */
    record AlertView(@About("UUIDv7.") UUID id, @About("The box that sees it.") UUID node,
            @About("The rule that took it for wrong, the strictest of several.") String rule,
            @About("What it is about.") AlertKind kind, @About("How much it matters.") AlertSeverity severity,
            @About("The very thing, as machines know it.") String subject,
            @About("The same as people know it.") String about,
            @About("What is wrong, with which thing, what to do.") String message,
            @About("How it stands.") Alert.State state, @About("When it was first seen.") Instant since,
            @About("When it was last seen.") Instant seenAt,
            @About("How often it came back while the alert lasted, the first time included.") int times,
            @About("Who looks after it.") @Nullable String acknowledgedBy,
            @About("When they said so.") @Nullable Instant acknowledgedAt,
            @About("What they said.") @Nullable String note,
            @About("When it was over.") @Nullable Instant resolvedAt) {

        static AlertView of(Alert alert) {
            return new AlertView(alert.id(), alert.node(), alert.rule(), alert.kind(), alert.severity(),
                    alert.subject(), alert.about(), alert.message(), alert.state(), alert.since(), alert.seenAt(),
                    alert.times(), alert.acknowledgedBy(), alert.acknowledgedAt(), alert.note(), alert.resolvedAt());
        }
    }

    /** What is said to an alert. */
    record AcknowledgementDraft(
            @About(value = "What is being done.", max = 1000, multiline = true) @Nullable String note) {}

    /** What came of a test. */
    record TrialView(@About("Whether the destination took the message.") boolean ok,
            @About("What happened, and what to do if it did not.") String message) {}

    List<Operation> all() {
        List<Operation> all = new ArrayList<>(new NounOperations<>(governance.alertRules(), AlertRule.class,
                AlertRuleDraft.class, Access.ofTheBox(Permission.CHANGE)).all(false));
        all.addAll(new NounOperations<>(governance.alertDestinations(), AlertDestination.class,
                AlertDestinationDraft.class, Access.ofTheBox(Permission.CHANGE), AlertDestination::masked).all(false));
        all.add(Operation.post(Operation.BASE + "alert-destinations/{id}/test", "testAlertDestination",
                "alert-destinations", "Sends a message that says it is a test, and tells what came of it.", null,
                new Operation.Reply.One(200, TrialView.class), this::test));
        all.add(Operation.get(PATH, "listAlerts", "alerts",
                "Lists alerts, the newest first: those that are not over unless a state is named.",
                new Operation.Reply.Many(AlertView.class), this::list).needing(Permission.VIEW_BOX)
                .with(Parameter.word("state", "Only those that stand so.",
                        Arrays.stream(Alert.State.values()).map(Alert.State::id).toList()),
                        Parameter.word("kind", "Only those of that kind.",
                                Arrays.stream(AlertKind.values()).map(AlertKind::id).toList()),
                        NounOperations.LIMIT, NounOperations.AFTER));
        all.add(Operation.get(PATH + "/{id}", "getAlert", "alerts", "Reads one alert.",
                new Operation.Reply.One(200, AlertView.class),
                call -> alerts.find(call.id()).<Answer>map(alert -> Answer.Json.of(AlertView.of(alert)))
                        .orElseGet(() -> absent(call)))
                .needing(Permission.VIEW_BOX));
        all.add(Operation.post(PATH + "/{id}/acknowledge", "acknowledgeAlert", "alerts",
                "Says that somebody looks after it. It ends by itself when it is well again.",
                Operation.Body.optional(AcknowledgementDraft.class), new Operation.Reply.One(200, AlertView.class),
                this::acknowledge));
        return all;
    }

    private static Answer absent(Call call) {
        return new Answer.Failed(Problem.absent("There is no alert with id " + call.id() + "."));
    }

    private Answer list(Call call) {
        int limit = call.query("limit", Integer.class).orElse(USUAL_LIMIT);
        Alert.State state = call.query("state", String.class)
                .flatMap(word -> Arrays.stream(Alert.State.values()).filter(known -> known.id().equals(word))
                        .findFirst())
                .orElse(null);
        AlertKind kind = call.query("kind", String.class)
                .flatMap(word -> Arrays.stream(AlertKind.values()).filter(known -> known.id().equals(word)).findFirst())
                .orElse(null);
        List<Alert> found = alerts.list(state, kind, call.query("after", UUID.class).orElse(null), limit + 1);
        return NounOperations.page(found.stream().limit(limit).map(AlertView::of).toList(),
                found.size() > limit ? found.get(limit - 1).id().toString() : null);
    }

    private Answer acknowledge(Call call) {
        return switch (alerts.acknowledge(call.actor(), call.id(), call.form(AcknowledgementDraft.class).note())) {
            case Alerts.Acknowledgement.Done(Alert alert) -> Answer.Json.of(AlertView.of(alert));
            case Alerts.Acknowledgement.Late(Alert alert) -> new Answer.Failed(Problem.conflict(
                    alert.state() == Alert.State.RESOLVED
                            ? "The alert on " + alert.about() + " is over since " + alert.resolvedAt() + "."
                            : alert.acknowledgedBy() + " looks after " + alert.about() + " since "
                                    + alert.acknowledgedAt() + ". Ask them."));
            case Alerts.Acknowledgement.Absent() -> absent(call);
        };
    }

    private Answer test(Call call) {
        AlertDestination destination = governance.alertDestinations().find(call.id()).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no alert destination with id " + call.id() + ".")));
        Alerts.Trial trial = alerts.test(destination);
        return Answer.Json.of(new TrialView(trial.ok(), trial.message()));
    }
}
