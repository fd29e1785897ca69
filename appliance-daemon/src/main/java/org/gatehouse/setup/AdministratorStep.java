package org.gatehouse.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.identity.BreakGlass;

/**
 * The administrator who can come in when no identity provider answers. Nothing is made before a code of the authenticator
 * app was shown, or its secret was given.
 */
record AdministratorStep(Noun<User, UserDraft> users, BreakGlass breakGlass, SetupRows rows)
        implements
            Step<AdministratorStep.Administrator> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Who it is. */
    record Administrator(@About(value = "Their name.", min = 1, max = 100) String name,
            @About(value = "Where to reach them.", max = 254, pattern = "[^@\\s]+@[^@\\s]+") @Nullable String email,
            @About(value = "Their password: 12 to 128 characters.", min = 1, max = 1000, secret = true) String password,
            @About(value = "For an authenticator app, in base32, when one has it already.", min = 1, max = 200, secret = true) @Nullable String oneTimeCodeSecret,
            @About(value = "What the app shows now.", min = 1, max = 20, secret = true) @Nullable String oneTimeCode) {

        /** Leaves the secrets out. */
        @Override
        public String toString() {
            return "Administrator[" + name + "]";
        }
    }

    @Override
    public String name() {
        return Steps.ADMINISTRATOR;
    }

    @Override
    public Class<Administrator> form() {
        return Administrator.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode().put("awaiting", rows.pending(name()).isPresent());
        found.put("leastCharacters", 12);
        return found;
    }

    @Override
    public List<Check> check(Administrator answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        Optional<String> objection = BreakGlass.objection(answer.password(), answer.name());
        checks.add(objection.isPresent()
                ? Check.failed("password", "The password " + objection.get() + ".", 0)
                : Check.passed("password", "The password will do.", 0));
        String secret = answer.oneTimeCodeSecret();
        if (secret != null) {
            checks.add(BreakGlass.isCodeSecret(secret)
                    ? Check.passed("oneTimeCodeSecret", "The secret will do.", 0)
                    : Check.failed("oneTimeCodeSecret", "The secret must be base32 with 16 characters at least.", 0));
        }
        String code = answer.oneTimeCode();
        if (code != null && (secret == null || BreakGlass.isCodeSecret(secret))) {
            checks.add(proven(secret, code));
        }
        return checks;
    }

    private Check proven(@Nullable String given, String code) {
        Optional<String> secret = Optional.ofNullable(given).or(() -> rows.pending(name()));
        if (secret.isEmpty()) {
            return Check.failed("oneTimeCode", "There is nothing to show a code of. Send the answer without a code"
                    + " first, and take what it shows into the app.", 0);
        }
        return breakGlass.provenBy(secret.get(), code).isPresent()
                ? Check.passed("oneTimeCode", "The code is right.", 0)
                : Check.failed("oneTimeCode", "The code is wrong. Take the one that the app shows now; check that its"
                        + " clock and the box's are right.", 0);
    }

    @Override
    public Outcome accept(Administrator answer, Asking asking) {
        Optional<User> known = users.list(Map.of("name", answer.name()), null, 1).items().stream().findFirst();
        String given = answer.oneTimeCodeSecret();
        String code = answer.oneTimeCode();
        if (known.isPresent() && code == null && breakGlass.holds(known.get().id(), answer.password(), given)) {
            return made(answer, asking.actor(), null, 0);
        }
        Optional<String> pending = rows.pending(name());
        if (given == null && code == null) {
            String secret = pending.orElseGet(breakGlass::freshCodeSecret);
            return new Outcome.Awaiting(Json.tree(answer), NODES.objectNode().put("awaiting", "one_time_code"),
                    NODES.objectNode().put("codeSecret", secret)
                            .put("codeUri", BreakGlass.codeUri(answer.name(), secret)),
                    secret);
        }
        String secret = given != null ? given : pending.orElseThrow();
        OptionalLong step = code == null ? OptionalLong.of(0) : breakGlass.provenBy(secret, code);
        return step.isEmpty()
                ? new Outcome.Failed(List.of(Check.failed("oneTimeCode", "The code has just become too old. Take the"
                        + " next one.", 0)))
                : made(answer, asking.actor(), secret, step.getAsLong());
    }

    /**
     * Makes them an appliance admin with that password.
     *
     * @param secret for codes; {@code null} when password and codes are theirs already
     */
    private Outcome made(Administrator answer, Actor actor, @Nullable String secret, long usedStep) {
        Optional<User> known = users.list(Map.of("name", answer.name()), null, 1).items().stream().findFirst();
        UserDraft wanted = new UserDraft(answer.name(), answer.email(), true, List.of(Role.APPLIANCE_ADMIN), List.of(),
                List.of());
        Change<User> change = known.isEmpty()
                ? users.create(actor, wanted)
                : users.update(actor, known.get().id(), null, before -> new Reading.Whole<>(
                        before.roles().contains(Role.APPLIANCE_ADMIN) && before.active()
                                ? new UserDraft(before.name(), answer.email() == null ? before.email() : answer.email(),
                                        true, before.roles(), before.departments(), before.projects())
                                : wanted));
        return switch (change) {
            case Change.Refused<User>(Refusal refusal) -> new Outcome.Refused(refusal);
            case Change.Made<User>(User user) -> {
                boolean changed = known.isEmpty() || known.get().version() != user.version() || secret != null;
                if (secret != null && breakGlass.enrol(actor, user, answer.password(), secret,
                        usedStep) instanceof BreakGlass.Enrolment.Objection(String message)) {
                    yield new Outcome.Refused(new Refusal.Invalid(List.of(new FieldError("password", message))));
                }
                yield new Outcome.Done(Json.tree(answer),
                        NODES.objectNode().put("changed", changed).put("user", user.id().toString()),
                        NODES.objectNode());
            }
        };
    }
}
