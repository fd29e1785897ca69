package org.gatehouse.admin;

import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.Operation.Reaching;
import org.gatehouse.admin.SessionViews.ConfirmBy;
import org.gatehouse.admin.SessionViews.ConfirmationDraft;
import org.gatehouse.admin.SessionViews.DepartmentName;
import org.gatehouse.admin.SessionViews.LoginDraft;
import org.gatehouse.admin.SessionViews.OpenSession;
import org.gatehouse.admin.SessionViews.ProjectName;
import org.gatehouse.admin.SessionViews.ProviderOption;
import org.gatehouse.admin.SessionViews.ReachView;
import org.gatehouse.admin.SessionViews.SessionView;
import org.gatehouse.admin.SessionViews.SignInOptions;
import org.gatehouse.admin.SessionViews.SignedOut;
import org.gatehouse.admin.SessionViews.UserName;
import org.gatehouse.admin.SessionViews.Way;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.SignOnDraft;
import org.gatehouse.governance.User;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.Login;
import org.gatehouse.identity.People;
import org.gatehouse.identity.Session;
import org.gatehouse.identity.Sessions;
import org.gatehouse.identity.SignOn;
import org.gatehouse.identity.SignOnProblem;

/** Signing in and out, and who is signed in. */
final class SessionOperations {
    private static final String TAG = "session";
    private static final String ONE = Operation.BASE + "session";
    private static final String ALL = Operation.BASE + "sessions";

    private final People people;
    private final Sessions sessions;
    private final Governance governance;
    private final AdminTokens tokens;
    private final Guard guard;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    SessionOperations(People people, Governance governance, AdminTokens tokens, Guard guard, AdminTrail trail,
            Clock clock, Supplier<UUID> ids) {
        this.people = people;
        this.sessions = people.sessions();
        this.governance = governance;
        this.tokens = tokens;
        this.guard = guard;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    List<Operation> all() {
        Operation.Reply view = new Operation.Reply.One(200, SessionView.class);
        return List.of(
                Operation.get(ONE, "getSession", TAG, "Who calls, and what they may do.", view,
                        call -> Answer.Json.of(view(call.identity()))).needing(Permission.SIGNED_IN)
                        .reaching(Reaching.SAME_FOR_ALL),
                Operation.post(ONE, "createSession", TAG, "Signs in. The browser keeps the session as a cookie that no"
                        + " script can read; the header x-gatehouse-console: 1 is needed.",
                        Operation.Body.of(LoginDraft.class), new Operation.Reply.One(201, SessionView.class),
                        this::login).needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL),
                new Operation("DELETE", ONE, "deleteSession", TAG, "Signs out, at once and for good.",
                        Permission.SIGNED_IN, List.of(), false, false, null,
                        new Operation.Reply.One(200, SignedOut.class), this::logout)
                        .reaching(Reaching.SAME_FOR_ALL),
                Operation.post(ONE + "/confirm", "confirmSession", TAG,
                        "Shows again who one is, for what needs a login of the last minutes.",
                        Operation.Body.of(ConfirmationDraft.class), view, this::confirm)
                        .needing(Permission.SIGNED_IN).reaching(Reaching.SAME_FOR_ALL),
                Operation.get(ONE + "/options", "getSignInOptions", TAG, "Which ways to sign in there are.",
                        new Operation.Reply.One(200, SignInOptions.class), _ -> Answer.Json.of(options()))
                        .needing(Permission.NONE).reaching(Reaching.SAME_FOR_ALL),
                Operation.get(ALL, "listSessions", TAG,
                        "Who is signed in: one's own sessions; everybody's for who manages people.",
                        new Operation.Reply.Many(OpenSession.class), this::list).needing(Permission.SIGNED_IN)
                        .reaching(Reaching.SAME_FOR_ALL)
                        .with(Parameter.id("user", "Only those of that user.")),
                new Operation("DELETE", ALL + "/{id}", "revokeSession", TAG,
                        "Ends a session at once: one's own; anybody's for who manages people.", Permission.SIGNED_IN,
                        List.of(), false, false, null, new Operation.Reply.Nothing(), this::revoke)
                        .reaching(Reaching.SAME_FOR_ALL));
    }

    private SignInOptions options() {
        return new SignInOptions(people.breakGlass().isSetUp(), true, people.signOn().open().stream()
                .map(provider -> new ProviderOption(provider.id(), provider.title(),
                        provider.kind() == SignOnDraft.Kind.LDAP,
                        provider.kind() == SignOnDraft.Kind.LDAP
                                ? null
                                : Operation.BASE + "sign-on/" + provider.name() + "/begin"))
                .toList());
    }

    private Answer login(Call call) {
        // Another site must not sign the browser in as somebody of its choice.
        if (call.arrival().mayBeForged()) {
            return new Answer.Failed(Problem.forged());
        }
        LoginDraft draft = call.form(LoginDraft.class);
        String token = draft.token();
        if (token != null) {
            if (draft.username() != null || draft.password() != null) {
                return new Answer.Failed(Problem.invalid("token", "stands in the place of a name and a password"));
            }
            return withToken(call, token);
        }
        String username = draft.username();
        String password = draft.password();
        if (username == null || password == null) {
            return new Answer.Failed(Problem.invalid(username == null ? "username" : "password",
                    "is missing; or send a token alone"));
        }
        UUID provider = draft.provider();
        if (provider != null) {
            return withDirectory(call, provider, username, password);
        }
        Login login = people.breakGlass().login(actor(call, Actor.Type.SYSTEM, "anybody"), username, password,
                Objects.requireNonNullElse(draft.otp(), ""));
        return switch (login) {
            case Login.Granted(User user) ->
                opened(call, Session.Opening.breakGlass(user.id(), call.actor().address(), call.arrival().agent()),
                        user.name(), user);
            case Login.Refused(Login.Reason reason) -> new Answer.Failed(problem(reason));
            case Login.Later(long seconds) -> new Answer.Failed(Problem.tooManyLogins(seconds));
        };
    }

    private Answer withDirectory(Call call, UUID provider, String username, String password) {
        return switch (people.signOn().password(actor(call, Actor.Type.SYSTEM, "anybody"), provider, username, password,
                call.arrival().agent())) {
            case SignOn.Password.In(User user, Session.Opened opened) -> {
                endFormer(call);
                Identity identity = Identity.of(actor(call, Actor.Type.USER, user.name()), user, opened.session());
                yield new Answer.WithCookie(new Answer.Json(201, Json.tree(view(identity)), ONE, null),
                        keep(call, opened));
            }
            case SignOn.Password other -> new Answer.Failed(problem(other));
        };
    }

    private static Problem problem(SignOn.Password password) {
        return switch (password) {
            case SignOn.Password.Later(long seconds) -> Problem.tooManyLogins(seconds);
            case SignOn.Password.Failed failed -> problem(failed.problem());
            case SignOn.Password.Wrong _,SignOn.Password.In _,SignOn.Password.Confirmed _ -> Problem.refusedLogin();
        };
    }

    private static Problem problem(SignOnProblem problem) {
        return problem == SignOnProblem.NO_ACCESS
                ? Problem.noAccess()
                : problem == SignOnProblem.NO_PROVIDER
                        ? Problem.invalid("provider", "names no provider that takes a password here")
                        : Problem.unavailable(problem.message());
    }

    static Problem problem(Login.Reason reason) {
        return switch (reason) {
            case WRONG -> Problem.refusedLogin();
            case NO_ACCESS -> Problem.noAccess();
        };
    }

    private Answer withToken(Call call, String token) {
        Optional<String> name = tokens.nameOf(token);
        return name.isEmpty()
                ? new Answer.Failed(guard.wrongToken(call.arrival()))
                : opened(call, Session.Opening.withToken(name.get(), call.actor().address(), call.arrival().agent()),
                        name.get(), null);
    }

    private Answer opened(Call call, Session.Opening opening, String name, @Nullable User user) {
        endFormer(call);
        Session.Opened opened = sessions.open(opening);
        Actor actor = actor(call, user == null ? Actor.Type.TOKEN : Actor.Type.USER, name);
        record(actor, "login", opened.session().id());
        Identity identity = user == null
                ? Identity.almighty(actor, opened.session())
                : Identity.of(actor, user, opened.session());
        return new Answer.WithCookie(new Answer.Json(201, Json.tree(view(identity)), ONE, null), keep(call, opened));
    }

    /** A browser that signs in keeps no session from before: what was known of that one opens nothing any more. */
    private void endFormer(Call call) {
        String cookie = call.arrival().cookie();
        if (cookie != null) {
            sessions.find(cookie).ifPresent(former -> sessions.end(former.id()));
        }
    }

    private static String keep(Call call, Session.Opened opened) {
        return call.arrival().keepSession(opened.cookie(), Sessions.LONGEST.toSeconds());
    }

    private static Actor actor(Call call, Actor.Type type, String name) {
        return new Actor(type, name, call.actor().address(), call.actor().requestId());
    }

    private Answer logout(Call call) {
        Session session = call.identity().session();
        if (session == null) {
            return new Answer.Failed(Problem.conflict("There is no session to end: a token comes with each request."));
        }
        String further = people.signOn().signOutAt(session, call.arrival().base()).map(URI::toString).orElse(null);
        sessions.end(session.id());
        record(call.actor(), "logout", session.id());
        return new Answer.WithCookie(Answer.Json.of(new SignedOut(further)), call.arrival().forgetSession());
    }

    private Answer confirm(Call call) {
        Session session = call.identity().session();
        if (session == null) {
            return new Answer.Failed(
                    Problem.conflict("There is no session to confirm: a token comes with each request."));
        }
        ConfirmationDraft draft = call.form(ConfirmationDraft.class);
        return switch (confirmBy(call.identity())) {
            case TOKEN -> {
                String token = draft.token();
                if (token == null) {
                    yield new Answer.Failed(Problem.invalid("token", "is missing"));
                }
                yield tokens.nameOf(token).filter(name -> name.equals(session.tokenName())).isPresent()
                        ? confirmed(call, session)
                        : new Answer.Failed(guard.wrongToken(call.arrival()));
            }
            case PASSWORD -> withPassword(call, session, draft);
            case SIGN_ON -> new Answer.Failed(Problem.conflict("Sign on at the provider again to confirm this session:"
                    + " its way in is in GET /api/v1/session/options."));
            case NOTHING -> throw new IllegalStateException("a session is confirmed somehow");
        };
    }

    private Answer withPassword(Call call, Session session, ConfirmationDraft draft) {
        String password = draft.password();
        if (password == null) {
            return new Answer.Failed(Problem.invalid("password", "is missing"));
        }
        if (session.way() == Session.Way.PROVIDER) {
            SignOn.Password shown = people.signOn().confirm(call.actor(), session, password);
            return shown instanceof SignOn.Password.Confirmed
                    ? confirmed(call, session)
                    : new Answer.Failed(problem(shown));
        }
        User user = Objects.requireNonNull(call.identity().user());
        Login login = people.breakGlass().confirm(call.actor(), user, password,
                Objects.requireNonNullElse(draft.otp(), ""));
        return switch (login) {
            case Login.Granted _ -> confirmed(call, session);
            case Login.Refused(Login.Reason reason) -> new Answer.Failed(problem(reason));
            case Login.Later(long seconds) -> new Answer.Failed(Problem.tooManyLogins(seconds));
        };
    }

    private Answer confirmed(Call call, Session session) {
        Session.Opened opened = sessions.confirm(session.id())
                .orElseThrow(() -> new Call.Ended(Problem.sessionEnded()));
        record(call.actor(), "confirm", session.id());
        Identity identity = call.identity();
        return new Answer.WithCookie(
                Answer.Json.of(view(
                        new Identity(identity.actor(), identity.grants(), opened.session(), identity.user(),
                                null))),
                keep(call, opened));
    }

    private ConfirmBy confirmBy(Identity identity) {
        Session session = identity.session();
        if (session == null) {
            return ConfirmBy.NOTHING;
        }
        return switch (session.way()) {
            case TOKEN -> ConfirmBy.TOKEN;
            case BREAK_GLASS -> ConfirmBy.PASSWORD;
            case PROVIDER -> isDirectory(session) ? ConfirmBy.PASSWORD : ConfirmBy.SIGN_ON;
        };
    }

    private boolean isDirectory(Session session) {
        UUID provider = session.provider();
        return provider != null && governance.signOn().find(provider)
                .filter(found -> found.kind() == SignOnDraft.Kind.LDAP).isPresent();
    }

    private SessionView view(Identity identity) {
        Session session = identity.session();
        User user = identity.user();
        List<Permission> permissions = identity.permissions().stream()
                .filter(permission -> permission != Permission.NONE).sorted(Comparator.naturalOrder()).toList();
        boolean recent = session == null || sessions.isRecent(session);
        return new SessionView(session == null ? null : session.id(), user == null ? null : brief(user),
                identity.actor().name(), session == null ? Way.TOKEN : way(session),
                session == null ? null : session.provider(), user == null ? List.of() : user.roles(), permissions,
                reach(identity.reach(Permission.VIEW)), session == null ? null : session.createdAt(),
                session == null ? null : session.authenticatedAt(), recent, confirmBy(identity),
                session == null ? null : session.idleEnd(), session == null ? null : session.end());
    }

    private static Way way(Session session) {
        return Way.valueOf(session.way().name());
    }

    private static UserName brief(User user) {
        return new UserName(user.id(), user.name(), user.email());
    }

    private ReachView reach(Reach reach) {
        if (!(reach instanceof Reach.Parts parts)) {
            return new ReachView(true, List.of(), List.of());
        }
        return new ReachView(false,
                parts.departments().stream().sorted().flatMap(id -> governance.departments().find(id).stream())
                        .map(one -> new DepartmentName(one.id(), one.name())).toList(),
                parts.projects().stream().sorted().flatMap(id -> governance.projects().find(id).stream()).map(
                        one -> new ProjectName(one.id(), one.name(), one.departmentId(), one.department())).toList());
    }

    private Answer list(Call call) {
        Session own = call.identity().session();
        UUID wanted = call.query("user", UUID.class).orElse(null);
        List<Session> found = new ArrayList<>();
        if (call.identity().mayEverywhere(Permission.MANAGE_PEOPLE)) {
            found.addAll(sessions.all(wanted));
        } else if (own != null) {
            UUID user = own.user();
            boolean asked = wanted == null || wanted.equals(user);
            found.addAll(!asked ? List.of() : user == null ? List.of(own) : sessions.all(user));
        }
        return NounOperations.page(found.stream().map(session -> open(session, own)).toList(), null);
    }

    private OpenSession open(Session session, @Nullable Session own) {
        UUID id = session.user();
        User user = id == null ? null : governance.users().find(id).orElse(null);
        String token = session.tokenName();
        return new OpenSession(session.id(), user == null ? null : brief(user),
                user != null ? user.name() : token != null ? token : "", way(session), session.provider(),
                session.address(), session.agent(), session.createdAt(), session.seenAt(), session.end(),
                own != null && own.id().equals(session.id()));
    }

    private Answer revoke(Call call) {
        Session own = call.identity().session();
        Optional<Session> session = sessions.byId(call.id())
                .filter(found -> call.identity().mayEverywhere(Permission.MANAGE_PEOPLE) || own != null
                        && (found.id().equals(own.id()) || own.user() != null && own.user().equals(found.user())));
        if (session.isEmpty() || !sessions.end(session.get().id())) {
            return new Answer.Failed(Problem.absent("There is no session with id " + call.id()
                    + ". List them with GET " + ALL + "."));
        }
        record(call.actor(), "revoke", session.get().id());
        return new Answer.Nothing();
    }

    private void record(Actor actor, String verb, UUID session) {
        trail.append(actor.did(ids.get(), clock.instant(), verb, "sessions", session.toString(), null, null));
    }
}
