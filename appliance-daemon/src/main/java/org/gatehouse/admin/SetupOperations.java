package org.gatehouse.admin;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.Operation.Reaching;
import org.gatehouse.admin.SetupViews.AnsweredStep;
import org.gatehouse.admin.SetupViews.ClaimCode;
import org.gatehouse.admin.SetupViews.ClaimDraft;
import org.gatehouse.admin.SetupViews.Claimed;
import org.gatehouse.admin.SetupViews.FinishedSetup;
import org.gatehouse.admin.SetupViews.FoundStep;
import org.gatehouse.admin.SetupViews.SetupView;
import org.gatehouse.admin.SetupViews.SkipDraft;
import org.gatehouse.admin.SetupViews.StepAnswerDraft;
import org.gatehouse.admin.SetupViews.StepCheck;
import org.gatehouse.admin.SetupViews.StepCheckDraft;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.form.FormSchema.Direction;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.Sessions;
import org.gatehouse.setup.Asking;
import org.gatehouse.setup.Check;
import org.gatehouse.setup.Claims;
import org.gatehouse.setup.Claims.Claiming;
import org.gatehouse.setup.SetUp;
import org.gatehouse.setup.SetUp.Accepted;
import org.gatehouse.setup.SetupStep;

/** The set-up of a new box: claiming it, its steps, its end. */
final class SetupOperations {
    private static final String FRESH_CODE = " Press Enter at the box's own screen, or run 'gatehouse setup code' on the machine.";
    private static final String TAG = "setup";
    private static final String ROOT = Operation.BASE + "setup";
    private static final String STEP = ROOT + "/steps/{name}";
    /** Certificates with their chain, and directories' certificates, are the longest that is answered. */
    private static final int LARGEST_ANSWER = 4 << 20;

    private final SetUp setUp;
    private final Box box;
    private final String version;

    SetupOperations(SetUp setUp, Box box, String version) {
        this.setUp = setUp;
        this.box = box;
        this.version = version;
    }

    List<Operation> all() {
        Operation.Body answer = new Operation.Body(StepAnswerDraft.class,
                Direction.REQUEST, false, false, LARGEST_ANSWER);
        return List.of(
                Operation.get(ROOT, "getSetup", TAG, "How far the set-up is. Strangers see no steps.",
                        new Operation.Reply.One(200, SetupView.class), this::view).needing(Permission.NONE)
                        .reaching(Reaching.SAME_FOR_ALL),
                Operation.post(ROOT + "/claim", "claimSetup", TAG, "Claims the set-up with the code that the box's"
                        + " console shows. Browsers get a cookie and need the header x-gatehouse-console: 1; programs get"
                        + " a token.",
                        Operation.Body.of(ClaimDraft.class), new Operation.Reply.One(200, Claimed.class), this::claim)
                        .needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL),
                Operation.post(ROOT + "/code", "createClaimCode", TAG,
                        "Makes a fresh claim code. Whoever claims with it takes the set-up over.", null,
                        new Operation.Reply.One(201, ClaimCode.class), this::code).needing(Permission.OPERATE),
                Operation.get(STEP, "getSetupStep", TAG, "A step, with what the box knows that helps to answer it.",
                        new Operation.Reply.One(200, FoundStep.class), this::step).needing(Permission.OPERATE),
                Operation.post(STEP + "/check", "checkSetupStep", TAG, "Tries an answer, live. Nothing changes.",
                        new Operation.Body(StepCheckDraft.class,
                                Direction.REQUEST, false, false,
                                LARGEST_ANSWER),
                        new Operation.Reply.One(200, StepCheck.class), this::check).needing(Permission.OPERATE),
                new Operation("PUT", STEP, "answerSetupStep", TAG, "Answers a step: it is tried, then brought into"
                        + " force, all or nothing. The same answer again changes nothing.",
                        Permission.OPERATE, List.of(), true, false, answer,
                        new Operation.Reply.One(200, AnsweredStep.class), this::answer),
                Operation.post(STEP + "/skip", "skipSetupStep", TAG, "Leaves a step out, for now.",
                        Operation.Body.of(SkipDraft.class), new Operation.Reply.One(200, SetupStep.class), this::skip)
                        .needing(Permission.OPERATE).matchingVersion(),
                Operation.post(ROOT + "/finish", "finishSetup", TAG,
                        "Ends the set-up and the claim. Refused while a step is open, and on an appliance that nobody could"
                                + " sign in to.",
                        null,
                        new Operation.Reply.One(200, FinishedSetup.class), this::finish)
                        .needing(Permission.OPERATE));
    }

    private Answer view(Call call) {
        SetUp.Progress progress = setUp.progress();
        return Answer.Json.of(new SetupView(progress.phase(), version,
                box.certificate().map(Box.Certificate::fingerprint).orElse(null),
                progress.codeExpiresAt(), progress.claimedAt(), setUp.simulated(),
                call.identity().mayEverywhere(Permission.OPERATE) ? setUp.steps() : List.of()));
    }

    private Answer claim(Call call) {
        ClaimDraft draft = call.form(ClaimDraft.class);
        // Another site must not have a browser claim a box.
        if (!draft.program() && call.arrival().mayBeForged()) {
            return new Answer.Failed(Problem.forged());
        }
        Actor stranger = new Actor(Actor.Type.SYSTEM, "anybody", call.actor().address(), call.actor().requestId());
        return switch (setUp.claims().claim(stranger, draft.code(), draft.program(), call.arrival().agent())) {
            case Claiming.Browser(var opened) -> new Answer.WithCookie(
                    Answer.Json.of(new Claimed(setUp.phase(), null, opened.session().end())),
                    call.arrival().keepSession(opened.cookie(), Sessions.LONGEST.toSeconds()));
            case Claiming.Program(String token) -> Answer.Json.of(new Claimed(setUp.phase(), token, null));
            case Claiming.Wrong() -> failed("claim_code_wrong", 403, "Wrong code", "The code is not the one that the"
                    + " box's console shows. Type that one, or get a fresh one." + FRESH_CODE);
            case Claiming.Expired() -> failed("claim_code_expired", 403, "Code too old", "The code counts no more. Take"
                    + " the one that the box's console shows now, or get a fresh one." + FRESH_CODE);
            case Claiming.Taken() -> failed("already_claimed", 409, "Somebody was first", "Somebody has claimed the"
                    + " set-up already. To take it over, get a fresh code." + FRESH_CODE);
            case Claiming.Finished() -> over();
            case Claiming.Later(long seconds) -> new Answer.Failed(Problem.tooManyLogins(seconds));
        };
    }

    private static Answer over() {
        return failed("set_up_finished", 409, "The set-up is finished",
                "This box is set up. Sign in at its console, or use its admin API.");
    }

    private Answer code(Call call) {
        Optional<Claims.Code> code = setUp.claims().issue(call.actor());
        return code.isEmpty()
                ? over()
                : new Answer.Json(201, Json.tree(new ClaimCode(code.get().text(), code.get().expiresAt())), null,
                        null);
    }

    private String name(Call call) {
        String name = Objects.requireNonNull(call.path().get("name"));
        if (setUp.step(name).isEmpty()) {
            throw new Call.Ended(Problem.absent("The set-up has no such step. It has "
                    + String.join(", ", setUp.steps().stream().map(SetupStep::name).toList()) + "."));
        }
        return name;
    }

    private static Asking asking(Call call, SetupViews.@Nullable TestLogin login) {
        return new Asking(call.actor(), call.arrival().base(),
                login == null ? null : new Asking.Login(login.name(), login.password()));
    }

    private Answer step(Call call) {
        String name = name(call);
        SetupStep step = setUp.step(name).orElseThrow();
        return new Answer.Json(200, Json.tree(FoundStep.of(step, setUp.found(name, asking(call, null)))), null,
                step.version());
    }

    private Answer check(Call call) {
        StepCheckDraft draft = call.form(StepCheckDraft.class);
        return switch (setUp.check(name(call), draft.answer(), asking(call, draft.login()))) {
            case SetUp.Tried.Checked(List<Check> checks) ->
                Answer.Json.of(new StepCheck(checks.stream().allMatch(Check::ok), checks));
            case SetUp.Tried.Refused(var refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }

    private Answer answer(Call call) {
        StepAnswerDraft draft = call.form(StepAnswerDraft.class);
        Accepted accepted = setUp.answer(name(call), draft.answer(), call.version(), asking(call, null));
        return accepted instanceof Accepted.Stored(SetupStep step, ObjectNode secrets)
                ? new Answer.Json(200, Json.tree(AnsweredStep.of(step, secrets)), null, step.version())
                : answer(accepted);
    }

    private Answer skip(Call call) {
        return answer(
                setUp.skip(name(call), call.form(SkipDraft.class).reason(), call.version(), call.actor()));
    }

    private static Answer answer(Accepted accepted) {
        return switch (accepted) {
            case Accepted.Stored(SetupStep step, ObjectNode _) ->
                new Answer.Json(200, Json.tree(step), null, step.version());
            case Accepted.Failed(List<Check> checks) -> failed(checks);
            case Accepted.Refused(var refusal) -> new Answer.Failed(Problem.of(refusal));
            case Accepted.Stale(SetupStep current) -> new Answer.Failed(Problem
                    .of("version_conflict", 412, "Changed by somebody else", "The step " + current.name()
                            + " is at version " + current.version()
                            + ": somebody changed it. Look at what is there, then try again.")
                    .with("current", Json.tree(current)));
            case Accepted.Busy() -> failed("busy", 409, "Another answer is being tried",
                    "Another answer has been tried for a minute. Wait for it, then try again.");
        };
    }

    private static Answer failed(List<Check> checks) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        StringBuilder detail = new StringBuilder();
        for (Check check : checks) {
            list.add(Json.tree(check));
            if (!check.ok()) {
                detail.append(detail.isEmpty() ? "" : " ").append(check.message());
            }
        }
        return new Answer.Failed(Problem
                .of("setup_check_failed", 422, "Not accepted", detail + " Nothing was changed.").with("checks", list));
    }

    private Answer finish(Call call) {
        return switch (setUp.finish(call.actor())) {
            case SetUp.Finishing.Finished() -> finished(call);
            case SetUp.Finishing.Open(List<String> open) -> {
                ArrayNode names = JsonNodeFactory.instance.arrayNode();
                open.forEach(names::add);
                yield new Answer.Failed(Problem.of("setup_incomplete", 409, "Steps are open", "These steps are open: "
                        + String.join(", ", open) + ". Answer or skip each of them, then finish.").with("open", names));
            }
            case SetUp.Finishing.ShutOut() -> failed("nobody_could_sign_in", 409, "Nobody could sign in",
                    "The steps administrator and sign-on were both left out, so nobody could sign in to this box any more,"
                            + " and only a factory reset would help. Answer one of them, then finish.");
        };
    }

    private Answer finished(Call call) {
        Answer done = Answer.Json.of(new FinishedSetup(setUp.phase(), setUp.steps()));
        return call.arrival().cookie() != null && call.identity().user() == null
                ? new Answer.WithCookie(done, call.arrival().forgetSession())
                : done;
    }

    private static Answer failed(String kind, int status, String title, String detail) {
        return new Answer.Failed(Problem.of(kind, status, title, detail));
    }
}
