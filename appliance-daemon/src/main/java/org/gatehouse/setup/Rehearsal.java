package org.gatehouse.setup;

import java.util.Locale;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.Settings;
import org.gatehouse.governance.SettingsDraft;

/** Declarations as checks and as outcomes of steps. Stateless. */
record Rehearsal(Governance governance) {

    /** What a declaration would come to. Nothing changes. */
    Check check(String name, Actor actor, Declaration declaration) {
        long begun = System.nanoTime();
        Change<DeclarationReport> rehearsal = governance.declarations().apply(actor, declaration, true, false);
        long millis = (System.nanoTime() - begun) / 1_000_000;
        return switch (rehearsal) {
            case Change.Made<DeclarationReport>(DeclarationReport report) ->
                Check.passed(name, report.created() + " things would be made, " + report.updated() + " changed.",
                        millis);
            case Change.Refused<DeclarationReport>(Refusal refusal) ->
                Check.failed(name, sentence(refusal.message()), millis);
        };
    }

    /** The settings with another currency; {@code null} to leave them alone. */
    @Nullable
    SettingsDraft counted(@Nullable String currency) {
        Settings now = governance.currentSettings();
        // Without a password the stored one stays.
        return currency == null ? null : now.draft().countedIn(currency).by(now.proxy(), null);
    }

    private static String sentence(String message) {
        return message.endsWith(".") ? message : message + ".";
    }

    /** What a declaration made. */
    static ObjectNode result(DeclarationReport report) {
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("changed",
                report.created() + report.updated() > 0);
        ArrayNode things = result.putArray("things");
        for (DeclarationReport.Item item : report.items()) {
            if (item.action() != DeclarationReport.Action.UNCHANGED) {
                things.addObject().put("action", item.action().name().toLowerCase(Locale.ROOT))
                        .put("noun", item.noun()).put("name", item.name());
            }
        }
        return result;
    }
}
