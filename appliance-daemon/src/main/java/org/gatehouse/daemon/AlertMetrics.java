package org.gatehouse.daemon;

import java.util.Locale;

import org.gatehouse.alerts.Alert;
import org.gatehouse.alerts.Alerts;
import org.gatehouse.governance.AlertSeverity;
import org.gatehouse.telemetry.CallMetrics;

/** Alerts among the metrics. Stateless. */
final class AlertMetrics {
    private static final String MESSAGES = "gatehouse.alert.messages";
    private static final String ABOUT = "Messages of alerts by what became of them";

    private AlertMetrics() {}

    static void show(Alerts alerts, CallMetrics metrics) {
        for (AlertSeverity severity : AlertSeverity.values()) {
            for (Alert.State state : new Alert.State[]{Alert.State.OPEN, Alert.State.ACKNOWLEDGED}) {
                metrics.gauge("gatehouse.alerts", "Alerts that are not over", alerts,
                        it -> it.current().stream()
                                .filter(alert -> alert.severity() == severity && alert.state() == state).count(),
                        "severity", severity.name().toLowerCase(Locale.ROOT), "state", state.id());
            }
        }
        metrics.counter(MESSAGES, ABOUT, alerts, Alerts::delivered, "outcome", "delivered");
        metrics.counter(MESSAGES, ABOUT, alerts, Alerts::failed, "outcome", "failed");
        metrics.counter(MESSAGES, ABOUT, alerts, Alerts::dropped, "outcome", "dropped");
        metrics.gauge("gatehouse.alert.messages.waiting", "Messages of alerts that wait for their destination", alerts,
                Alerts::waiting);
    }
}
