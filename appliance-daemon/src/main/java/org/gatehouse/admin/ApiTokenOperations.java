package org.gatehouse.admin;

import java.text.Normalizer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.setup.Claims;

/** Tokens for programs: what there are, making them, taking them away. */
final class ApiTokenOperations {
    private static final String TAG = "tokens";
    private static final String PATH = Operation.BASE + TAG;

    private final ApiTokens tokens;
    private final AdminTokens ofTheBox;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    ApiTokenOperations(ApiTokens tokens, AdminTokens ofTheBox, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.tokens = tokens;
        this.ofTheBox = ofTheBox;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** What is wanted. */
    record ApiTokenDraft(
            @About(value = "Unique among tokens; what the trail calls it.", min = 1, max = 100) String name,
            @About("What it is to open: all that the role may, or metrics: GET /metrics alone.") ApiToken.Access access,
            @About("From when on it is to open nothing; null for never.") @Nullable Instant expiresAt) {}

    /** One that was just made. */
    record IssuedApiToken(@About("The token's settings.") ApiToken token,
            @About("The token itself. This is the only time that it is shown.") String secret) {

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "IssuedApiToken[" + token + "]";
        }
    }

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "listTokens", TAG, "The tokens of programs, without their secrets.",
                        new Operation.Reply.Many(ApiToken.class), _ -> NounOperations.page(tokens.all(), null))
                        .needing(Permission.MANAGE_PEOPLE),
                Operation.post(PATH, "createToken", TAG, "Makes a token for a program, which sends it as"
                        + " 'Authorization: Bearer ght_…'. The answer is the only place where it ever shows.",
                        Operation.Body.of(ApiTokenDraft.class), new Operation.Reply.One(201, IssuedApiToken.class),
                        this::create).needing(Permission.MANAGE_PEOPLE).byNoProgram(),
                new Operation("DELETE", PATH + "/{id}", "deleteToken", TAG, "Takes a token away: it opens nothing from"
                        + " now on.", Permission.MANAGE_PEOPLE, List.of(), false, false, null,
                        new Operation.Reply.Nothing(), this::delete).afterRecentLogin());
    }

    private Answer create(Call call) {
        ApiTokenDraft draft = call.form(ApiTokenDraft.class);
        if (!call.identity().covers(draft.access().grants())) {
            return new Answer.Failed(Problem.forbidden("A token with the access " + Json.tree(draft).get("access")
                    .asText() + " may do what you may not, so you can't make it. Ask somebody who has that role."));
        }
        String name = name(draft.name());
        Instant end = draft.expiresAt();
        if (end != null && !end.isAfter(clock.instant())) {
            return new Answer.Failed(Problem.invalid("expiresAt", "lies in the past"));
        }
        return switch (tokens.make(call.actor(), name, draft.access(), end)) {
            case ApiTokens.Making.Conflict(String message) -> new Answer.Failed(Problem.conflict(message));
            case ApiTokens.Making.Done(ApiToken token, String secret) -> {
                noteMade(call, token);
                yield new Answer.Json(201, Json.tree(new IssuedApiToken(token, secret)), PATH + "/" + token.id(), null);
            }
        };
    }

    /** A token that the trail knows nothing of must not be: nobody has seen it yet, so it goes again. */
    private void noteMade(Call call, ApiToken token) {
        try {
            note(call, "create", token.id(), null, Json.tree(token));
        } catch (RuntimeException e) {
            tokens.delete(token.id());
            throw e;
        }
    }

    /** As it is stored: names that look the same are the same, and none makes a program look like the box's own token. */
    private String name(String given) {
        String name = Normalizer.normalize(given, Normalizer.Form.NFC);
        if (name.isBlank() || !name.equals(name.strip())) {
            throw new Call.Ended(Problem.invalid("name", "must not be blank, or start or end with a space"));
        }
        if (ofTheBox.isName(name) || Claims.isOfSetUp(name + " ")) {
            throw new Call.Ended(Problem.conflict("The trail calls a token of the box itself " + name
                    + ". Choose another name."));
        }
        return name;
    }

    private Answer delete(Call call) {
        ApiToken token = tokens.byId(call.id()).orElseThrow(() -> new Call.Ended(Problem.absent(
                "There is no token with id " + call.id() + ". List them with GET " + PATH + ".")));
        if (!call.identity().covers(token.access().grants())) {
            return new Answer.Failed(Problem.forbidden("The token " + token.name() + " may do what you may not, so you"
                    + " can't take it away. Ask somebody who has that role."));
        }
        note(call, "delete", token.id(), Json.tree(token), null);
        tokens.delete(token.id());
        return new Answer.Nothing();
    }

    private void note(Call call, String verb, UUID token, @Nullable JsonNode before, @Nullable JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, TAG, token.toString(), before, after));
    }
}
