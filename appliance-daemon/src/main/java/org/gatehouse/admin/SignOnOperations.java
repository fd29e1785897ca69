package org.gatehouse.admin;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.Operation.Reaching;
import org.gatehouse.admin.SignOnViews.LogoutNotice;
import org.gatehouse.admin.SignOnViews.PastedMetadata;
import org.gatehouse.admin.SignOnViews.PostedAnswer;
import org.gatehouse.admin.SignOnViews.ReadMetadata;
import org.gatehouse.admin.SignOnViews.ScimToken;
import org.gatehouse.admin.SignOnViews.SignOnTest;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.SignOnDraft;
import org.gatehouse.governance.SignOnProvider;
import org.gatehouse.governance.User;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.People;
import org.gatehouse.identity.SamlMetadata;
import org.gatehouse.identity.Session;
import org.gatehouse.identity.Sessions;
import org.gatehouse.identity.SignOn;
import org.gatehouse.identity.SignOnProblem;

/** Sign-on providers, and the browser's way through them. */
final class SignOnOperations {
    private static final String TAG = "sign-on";
    private static final String ONE = Operation.BASE + "sign-on/{provider}/";
    private static final int LONGEST_CODE = 4_000;
    private static final int LARGEST_NOTICE = 64 << 10;
    /** Base64 of the largest that is read, with its percent signs. */
    private static final int LARGEST_ANSWER = 768 << 10;
    private static final String METADATA_TYPE = "application/samlmetadata+xml";

    private final People people;
    private final Governance governance;
    private final SignOn signOn;
    private final Sessions sessions;

    SignOnOperations(People people, Governance governance) {
        this.people = people;
        this.governance = governance;
        this.signOn = people.signOn();
        this.sessions = people.sessions();
    }

    List<Operation> all() {
        List<Operation> all = new ArrayList<>(new NounOperations<>(governance.signOn(), SignOnProvider.class,
                SignOnDraft.class, Access.ofTheBox(Permission.MANAGE_PEOPLE).changedCarefully(Permission.MANAGE_PEOPLE),
                SignOnOperations::holdRoles).all(false));
        all.add(Operation.post(Operation.BASE + "sign-on/{id}/test", "testSignOnProvider", TAG,
                "Asks the provider, live, whatever can be asked without a person.", null,
                new Operation.Reply.One(200, SignOnTest.class), this::test).needing(Permission.MANAGE_PEOPLE));
        String scim = Operation.BASE + "sign-on/{id}/scim-token";
        all.add(Operation.post(scim, "createScimToken", TAG,
                "Makes the token with which the provider tells of joiners and leavers (SCIM 2.0 at /scim/v2). The answer is"
                        + " the only place where it ever shows; the one before opens nothing any more.",
                null, new Operation.Reply.One(201, ScimToken.class), this::makeToken)
                .needing(Permission.MANAGE_PEOPLE).afterRecentLogin());
        all.add(new Operation("DELETE", scim, "deleteScimToken", TAG, "Takes the provider's token away.",
                Permission.MANAGE_PEOPLE, List.of(), false, false, null, new Operation.Reply.Nothing(),
                this::removeToken).afterRecentLogin());
        all.add(Operation.get(ONE + "begin", "beginSignOn", TAG,
                "Sends the browser to the provider. Go there as a page, not with a script.",
                new Operation.Reply.Elsewhere(), this::begin).needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL)
                .with(Parameter.text("returnTo", "A path on this box to go on at; /console/ when not said."),
                        Parameter.flag("confirm",
                                "Whether the provider must ask for the password again, for what needs a recent login."),
                        Parameter.flag("test",
                                "Whether only to see who would come in: for whoever manages people.")));
        all.add(Operation.get(ONE + "callback", "finishSignOn", TAG,
                "Where the provider sends the browser back to.", new Operation.Reply.Elsewhere(), this::finish)
                .needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL)
                .with(new Parameter("code", String.class, "What is taken to the provider for a token.", List.of(), 0,
                        LONGEST_CODE), Parameter.text("state", "As the request had it."),
                        Parameter.text("iss", "Which provider answers."),
                        Parameter.text("error", "Why the provider refuses."), Parameter.others()));
        all.addAll(saml());
        all.add(Operation.post(ONE + "back-channel-logout", "noticeSignOut", TAG,
                "The provider says that somebody has signed out there (OpenID Connect Back-Channel Logout).",
                Operation.Body.form(LogoutNotice.class, LARGEST_NOTICE), new Operation.Reply.Nothing(), this::loggedOut)
                .needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL));
        return all;
    }

    private List<Operation> saml() {
        return List.of(
                Operation.post(Operation.BASE + "sign-on/saml-metadata", "readSamlMetadata", TAG,
                        "Reads a SAML provider's metadata: what of it belongs into the settings. Keeps nothing.",
                        Operation.Body.of(PastedMetadata.class), new Operation.Reply.One(200, ReadMetadata.class),
                        this::readMetadata).needing(Permission.MANAGE_PEOPLE),
                Operation.get(ONE + "metadata", "getSamlMetadata", TAG,
                        "What a SAML provider must know of this box, as XML.",
                        new Operation.Reply.Bytes(METADATA_TYPE), this::metadata).needing(Permission.NONE)
                        .reaching(Reaching.SAME_FOR_ALL),
                Operation.post(ONE + "acs", "finishSamlSignOn", TAG,
                        "Where a page of a SAML provider has the browser post its answer to: the one form that another"
                                + " site may send. What binds it to this browser is the cookie of the sign-on that"
                                + " it began.",
                        Operation.Body.form(PostedAnswer.class, LARGEST_ANSWER), new Operation.Reply.Elsewhere(),
                        this::posted).needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL));
    }

    private Answer readMetadata(Call call) {
        return switch (SamlMetadata.read(call.form(PastedMetadata.class).metadata())) {
            case SamlMetadata.Result.Found(SamlMetadata found) -> Answer.Json
                    .of(new ReadMetadata(found.entityId(), found.ssoUrl(), found.certificates()));
            case SamlMetadata.Result.Objection(String message) ->
                new Answer.Failed(Problem.invalid("metadata", message));
        };
    }

    private Answer metadata(Call call) {
        String xml = signOn.metadata(provider(call)).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no SAML provider of that name that people can sign on with.")));
        return new Answer.Stream(METADATA_TYPE, "gatehouse.xml",
                out -> out.write(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private Answer posted(Call call) {
        PostedAnswer answer = call.form(PostedAnswer.class);
        return ended(call, signOn.finish(call.actor(), provider(call), call.arrival().signOn(),
                Map.of(SignOn.SAML_RESPONSE, answer.SAMLResponse(), "RelayState",
                        Objects.requireNonNullElse(answer.RelayState(), "")),
                call.arrival().agent()));
    }

    /** Whoever sets what groups make of people can make anybody that: it takes all that these may do. */
    private static void holdRoles(Call call, @Nullable SignOnDraft before, @Nullable SignOnDraft after) {
        List<Role> given = new ArrayList<>();
        for (SignOnDraft draft : java.util.Arrays.asList(before, after)) {
            if (draft != null) {
                given.addAll(draft.defaultRoles());
                draft.mappings().stream().map(SignOnDraft.GroupMapping::role).filter(Objects::nonNull)
                        .forEach(given::add);
            }
        }
        if (!call.identity().covers(RoleGrants.ofRoles(given))) {
            throw new Call.Ended(Problem.forbidden("The provider makes people what may do more than you may, so you"
                    + " can't change it. Ask an appliance admin."));
        }
    }

    private SignOnProvider stored(Call call) {
        return governance.signOn().find(call.id()).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no sign-on provider with id " + call.id() + ".")));
    }

    /** Whoever has the token can put anybody into any group. */
    private SignOnProvider held(Call call) {
        SignOnProvider provider = stored(call);
        holdRoles(call, governance.signOn().draftOf(provider), null);
        return provider;
    }

    private Answer makeToken(Call call) {
        return new Answer.Json(201, Json.tree(new ScimToken(people.provisioning().newToken(call.actor(), held(call)),
                call.arrival().base() + "/scim/v2")), null, null);
    }

    private Answer removeToken(Call call) {
        people.provisioning().removeToken(call.actor(), held(call));
        return new Answer.Nothing();
    }

    private Answer test(Call call) {
        SignOnProvider provider = stored(call);
        SignOn.Test test = signOn.test(provider);
        return Answer.Json.of(new SignOnTest(test.ok(), test.message(), test.steps(),
                SignOn.callback(provider, call.arrival().base())));
    }

    private Answer begin(Call call) {
        String returnTo = call.query("returnTo", String.class).orElse("/console/");
        boolean test = call.flag("test");
        if (test && !call.identity().mayEverywhere(Permission.MANAGE_PEOPLE)) {
            return new Answer.Failed(Problem.forbidden(Permission.MANAGE_PEOPLE));
        }
        return switch (test
                ? signOn.beginTest(call.actor(), provider(call), call.arrival().base(), returnTo)
                : signOn.begin(call.actor(), provider(call), call.arrival().base(), returnTo, call.flag("confirm"),
                        former(call))) {
            case SignOn.Beginning.Go(URI address, String cookie, boolean byPost) -> new Answer.WithCookie(
                    new Answer.Redirect(address.toString()), byPost
                            ? call.arrival().keepPostedSignOn(cookie, 600)
                            : call.arrival().keepSignOn(cookie, 600));
            case SignOn.Beginning.Failed(SignOnProblem problem) ->
                new Answer.Redirect(failed(test ? returnTo : "/console/", problem));
        };
    }

    private static @Nullable UUID former(Call call) {
        Session session = call.identity().session();
        return session == null ? null : session.id();
    }

    private Answer finish(Call call) {
        Map<String, String> answer = new TreeMap<>();
        call.query().forEach((name, value) -> answer.put(name, value.toString()));
        return ended(call, signOn.finish(call.actor(), provider(call), call.arrival().signOn(), answer,
                call.arrival().agent()));
    }

    private Answer ended(Call call, SignOn.Ending ending) {
        // Whatever came of it, it can't come of it again.
        String forget = call.arrival().keepSignOn("", 0);
        return switch (ending) {
            case SignOn.Ending.In(User _, Session.Opened opened, String returnTo) -> {
                String former = call.arrival().cookie();
                if (former != null) {
                    sessions.find(former).ifPresent(session -> sessions.end(session.id()));
                }
                yield new Answer.WithCookie(new Answer.WithCookie(new Answer.Redirect(returnTo),
                        call.arrival().keepSession(opened.cookie(), Sessions.LONGEST.toSeconds())), forget);
            }
            case SignOn.Ending.Tested(String returnTo) ->
                new Answer.WithCookie(new Answer.Redirect(told(returnTo, "sign-on-test=ok")), forget);
            case SignOn.Ending.Failed(SignOnProblem problem, String returnTo) ->
                new Answer.WithCookie(new Answer.Redirect(failed(returnTo, problem)), forget);
        };
    }

    /** People see a page, so the page is told: the word says which text to show. */
    private static String failed(String returnTo, SignOnProblem problem) {
        return told(returnTo, "sign-on-problem=" + problem.id());
    }

    private static String told(String returnTo, String what) {
        boolean plain = returnTo.startsWith("/") && !returnTo.startsWith("//") && !returnTo.contains("?")
                && !returnTo.contains("#") && !returnTo.contains("\\");
        return (plain ? returnTo : "/console/") + "?" + what;
    }

    private Answer loggedOut(Call call) {
        return signOn.loggedOut(call.actor(), provider(call), call.form(LogoutNotice.class).logout_token())
                .<Answer>map(problem -> new Answer.Failed(
                        Problem.invalid("logout_token", "is not accepted: " + problem.id())))
                .orElseGet(Answer.Nothing::new);
    }

    private static String provider(Call call) {
        return Objects.requireNonNull(call.path().get("provider")).toLowerCase(Locale.ROOT);
    }
}
