package org.gatehouse.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.SignOnDraft;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.SignOn;
import org.gatehouse.identity.SignOnProblem;
import org.gatehouse.identity.SignOnTrials;

/** Who vouches for people. The provider is asked live before it is stored. */
record SignOnStep(Governance governance, SignOnTrials trials, SetupRows rows) implements Step<SignOnDraft> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @Override
    public String name() {
        return "sign-on";
    }

    @Override
    public Class<SignOnDraft> form() {
        return SignOnDraft.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode();
        ArrayNode presets = found.putArray("presets");
        Stream.of(SignOnDraft.Preset.values()).forEach(preset -> presets.add(preset.name().toLowerCase(Locale.ROOT)));
        ArrayNode providers = found.putArray("providers");
        governance.signOn().all().forEach(provider -> providers.addObject().put("name", provider.name())
                .put("kind", provider.kind().name().toLowerCase(Locale.ROOT))
                .put("callback", SignOn.callback(provider, asking.base()))
                .put("begin", "/api/v1/sign-on/" + provider.name() + "/begin?test=true&returnTo=/setup/"));
        found.put("callback", asking.base() + "/api/v1/sign-on/{name}/callback");
        JsonNode answer = rows.step(name()).answer();
        found.set("lastTestLogin",
                Optional.ofNullable(answer).flatMap(one -> trials.last(one.path("name").asText()))
                        .<JsonNode>map(SignOnStep::tree).orElseGet(NODES::nullNode));
        return found;
    }

    private static ObjectNode tree(SignOnTrials.TestLogin login) {
        ObjectNode tree = NODES.objectNode().put("at", login.at().toString()).put("subject", login.subject())
                .put("name", login.name()).put("email", login.email());
        ArrayNode groups = tree.putArray("groups");
        login.groups().forEach(groups::add);
        ArrayNode roles = tree.putArray("roles");
        login.roles().forEach(role -> roles.add(role.name().toLowerCase(Locale.ROOT)));
        return tree;
    }

    @Override
    public List<Check> check(SignOnDraft answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        Check rehearsed = new Rehearsal(governance).check("settings", asking.actor(), declaration(answer));
        checks.add(rehearsed);
        if (rehearsed.ok()) {
            long begun = System.nanoTime();
            SignOn.Test test = trials.test(answer);
            checks.add(new Check("provider", test.ok(), test.message(), (System.nanoTime() - begun) / 1_000_000,
                    null));
            Asking.Login login = asking.login();
            if (login != null) {
                checks.add(login(answer, asking, login));
            }
        }
        return checks;
    }

    private Check login(SignOnDraft answer, Asking asking, Asking.Login login) {
        if (answer.kind() != SignOnDraft.Kind.LDAP) {
            return Check.failed("login", "This provider takes no password here. Sign on with it in a browser.", 0);
        }
        long begun = System.nanoTime();
        SignOnTrials.Trial trial = trials.tryPassword(asking.actor(), answer, login.name(), login.password());
        long millis = (System.nanoTime() - begun) / 1_000_000;
        return switch (trial) {
            case SignOnTrials.Trial.Unknown() ->
                Check.failed("login", "The directory does not know that name with that password.", millis);
            case SignOnTrials.Trial.Failed(SignOnProblem problem) -> Check.failed("login", problem.message(), millis);
            case SignOnTrials.Trial.Shown(SignOnTrials.TestLogin shown) -> shown.roles().isEmpty()
                    ? Check.failed("login", shown.name() + " is known, in the groups " + groups(shown) + ", and no"
                            + " mapping gives a role: they could not come in. Correct the mappings.", millis)
                    : Check.passed("login", shown.name() + " would come in as " + String.join(", ", shown.roles()
                            .stream().map(role -> role.name().toLowerCase(Locale.ROOT)).toList()) + ".", millis);
        };
    }

    private static String groups(SignOnTrials.TestLogin login) {
        return login.groups().isEmpty() ? "(none)" : String.join(", ", login.groups());
    }

    private static Declaration declaration(SignOnDraft answer) {
        return new Declaration(Declaration.VERSION, null, null, null, null, null, null, null, null, null, null, null,
                null, List.of(answer), null, null, null);
    }

    @Override
    public Outcome accept(SignOnDraft answer, Asking asking) {
        return switch (governance.declarations().apply(asking.actor(), declaration(answer), false, false)) {
            case Change.Refused<DeclarationReport>(Refusal refusal) -> new Outcome.Refused(refusal);
            case Change.Made<DeclarationReport>(DeclarationReport report) ->
                new Outcome.Done(Json.tree(answer), Rehearsal.result(report).put("callback",
                        asking.base() + "/api/v1/sign-on/" + answer.name() + "/callback"), NODES.objectNode());
        };
    }
}
