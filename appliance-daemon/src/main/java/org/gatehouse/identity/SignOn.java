package org.gatehouse.identity;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.SignOnDraft.Kind;
import org.gatehouse.governance.SignOnProvider;
import org.gatehouse.governance.User;
import org.gatehouse.store.SecretBox;

/** The way in through identity providers. Every attempt is in the trail, with why it went wrong. Thread-safe. */
public final class SignOn {
    private static final System.Logger LOG = System.getLogger(SignOn.class.getName());
    private static final String NOUN = "sign-on";
    /** What a SAML provider's answer is called in the form that the browser posts (SAML Bindings 3.5.4). */
    public static final String SAML_RESPONSE = "SAMLResponse";
    /** Of logout tokens; each is good for ten minutes. */
    private static final int MOST_REMEMBERED = 10_000;

    private final Governance governance;
    private final SecretBox secrets;
    private final Sessions sessions;
    private final Accounts accounts;
    private final Notes notes;
    private final Clock clock;
    private final RandomGenerator random;
    private final Oidc oidc;
    private final Directory directory;
    private final Saml saml;
    private final SignOnTrials trials;
    private final LoginThrottle throttle;
    private final LoginThrottle told;
    private final Map<String, Instant> usedLogoutTokens = new ConcurrentHashMap<>();

    SignOn(Governance governance, SecretBox secrets, Sessions sessions, Accounts accounts, Notes notes,
            LoginThrottle throttle, LoginThrottle told, Saml saml, UpstreamClient client, Clock clock,
            RandomGenerator random) {
        this.governance = governance;
        this.secrets = secrets;
        this.sessions = sessions;
        this.accounts = accounts;
        this.notes = notes;
        this.throttle = throttle;
        this.told = told;
        this.saml = saml;
        this.clock = clock;
        this.random = random;
        this.oidc = new Oidc(client, clock);
        this.directory = new Directory(clock);
        this.trials = new SignOnTrials(governance, accounts, notes, clock, oidc, directory, saml);
    }

    /** What came of beginning. */
    public sealed interface Beginning {

        /**
         * The browser goes there.
         *
         * @param cookie what it keeps until it comes back
         * @param byPost whether a page of the provider posts the answer, and no link brings it
         */
        record Go(URI address, String cookie, boolean byPost) implements Beginning {}

        /** It does not. */
        record Failed(SignOnProblem problem) implements Beginning {}
    }

    /** What came of ending. */
    public sealed interface Ending {

        /**
         * They are in.
         *
         * @param returnTo a path on this box
         */
        record In(User user, Session.Opened session, String returnTo) implements Ending {}

        /** It was a test: who would be in is told by {@link SignOnTrials#last}. */
        record Tested(String returnTo) implements Ending {}

        /** They are not. */
        record Failed(SignOnProblem problem, String returnTo) implements Ending {}
    }

    /** Trying providers without letting anybody in. */
    public SignOnTrials trials() {
        return trials;
    }

    /** Those that people can sign on with, by name. */
    public List<SignOnProvider> open() {
        return governance.signOn().all().stream().filter(SignOnProvider::enabled).toList();
    }

    /** The one of that name or id, if people can sign on with it. */
    public Optional<SignOnProvider> find(String named) {
        return open().stream()
                .filter(provider -> provider.name().equals(named) || provider.id().toString().equals(named))
                .findFirst();
    }

    /**
     * Somebody wants to sign on.
     *
     * @param base where the browser reached the box, such as {@code https://gatehouse.example.com}
     * @param returnTo where to go on afterwards; whatever is no path on this box counts for nothing
     * @param careful whether the provider must ask for the password even if it knows the browser
     * @param former the session that the browser has; {@code null} for none
     */
    public Beginning begin(Actor stranger, String named, String base, String returnTo, boolean careful,
            @Nullable UUID former) {
        return begin(stranger, named, base, returnTo, careful, former, false);
    }

    /**
     * The same to see who would come in, and as what: nobody does, and no user is made. {@link SignOnTrials#last} tells.
     *
     * @param base where the browser reached the box
     * @param returnTo where to go on afterwards
     */
    public Beginning beginTest(Actor admin, String named, String base, String returnTo) {
        return begin(admin, named, base, returnTo, false, null, true);
    }

    private Beginning begin(Actor stranger, String named, String base, String returnTo, boolean careful,
            @Nullable UUID former, boolean test) {
        Optional<SignOnProvider> found = find(named).filter(one -> one.kind() != Kind.LDAP);
        if (found.isEmpty()) {
            return new Beginning.Failed(SignOnProblem.NO_PROVIDER);
        }
        SignOnProvider provider = found.get();
        Flow flow = new Flow(provider.id(), fresh(), fresh(), new CodeVerifier(fresh()).getValue(),
                Flow.local(returnTo), callback(provider, base), careful, clock.instant(), former, test);
        try {
            URI address = provider.kind() == Kind.SAML ? saml.begin(provider, flow) : oidc.begin(provider, flow);
            return new Beginning.Go(address, flow.sealed(secrets), provider.kind() == Kind.SAML);
        } catch (SignOnProblem.Stopped e) {
            return new Beginning.Failed(refused(stranger, provider, e));
        }
    }

    /** Where a provider's answers come to: what must be registered there. */
    public static String callback(SignOnProvider provider, String base) {
        if (provider.kind() == Kind.SAML) {
            return Saml.answerTo(provider);
        }
        String publicUrl = provider.publicUrl();
        return (publicUrl == null ? base : publicUrl) + "/api/v1/sign-on/" + provider.name() + "/callback";
    }

    /**
     * The browser is back.
     *
     * @param cookie what it kept; {@code null} for nothing
     * @param answer the parameters that the provider sent along
     */
    public Ending finish(Actor stranger, String named, @Nullable String cookie, Map<String, String> answer,
            String agent) {
        Optional<Flow> flow = Optional.ofNullable(cookie).flatMap(text -> Flow.open(text, secrets, clock.instant()));
        String returnTo = flow.map(Flow::returnTo).orElse("/console/");
        boolean posted = answer.containsKey(SAML_RESPONSE);
        Optional<SignOnProvider> provider = find(named)
                .filter(one -> one.kind() == (posted ? Kind.SAML : Kind.OIDC));
        if (provider.isEmpty()) {
            return new Ending.Failed(SignOnProblem.NO_PROVIDER, returnTo);
        }
        try {
            Flow own = flow.filter(one -> one.provider().equals(provider.get().id()))
                    .orElseThrow(() -> new SignOnProblem.Stopped(SignOnProblem.NOT_BEGUN));
            Vouched vouched = posted ? posted(provider.get(), own, answer) : vouched(provider.get(), own, answer);
            if (own.careful()) {
                Instant asked = vouched.authenticatedAt();
                OidcTokens.require(asked != null && asked.isAfter(own.at().minus(OidcTokens.SKEW)),
                        SignOnProblem.NOT_RECENT);
            }
            if (own.test()) {
                trials.ended(stranger, provider.get(), vouched);
                return new Ending.Tested(returnTo);
            }
            Ending ending = in(stranger, provider.get(), vouched, agent, returnTo);
            if (own.former() != null) {
                sessions.end(own.former());
            }
            return ending;
        } catch (SignOnProblem.Stopped e) {
            return new Ending.Failed(refused(stranger, provider.get(), e), returnTo);
        }
    }

    private Vouched posted(SignOnProvider provider, Flow flow, Map<String, String> answer)
            throws SignOnProblem.Stopped {
        OidcTokens.require(OidcTokens.same(flow.state(), answer.get("RelayState")), SignOnProblem.STATE);
        return saml.finish(provider, flow, answer.getOrDefault(SAML_RESPONSE, ""));
    }

    /** What a SAML provider must know of this box, as XML; empty when there is no such provider. */
    public Optional<String> metadata(String named) {
        return find(named).filter(one -> one.kind() == Kind.SAML).map(saml::metadata);
    }

    private Vouched vouched(SignOnProvider provider, Flow flow, Map<String, String> answer)
            throws SignOnProblem.Stopped {
        OidcTokens.require(OidcTokens.same(flow.state(), answer.get("state")), SignOnProblem.STATE);
        String issuer = answer.get("iss");
        OidcTokens.require(issuer == null || provider.oidc() != null && issuer.equals(provider.oidc().issuer()),
                SignOnProblem.MIX_UP);
        OidcTokens.require(!answer.containsKey("error"), SignOnProblem.REFUSED_BY_PROVIDER);
        String code = answer.get("code");
        if (code == null || code.isEmpty()) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        }
        return oidc.finish(provider, governance.signOnSecret(provider.id()).orElse(null), flow, code);
    }

    private Ending in(Actor stranger, SignOnProvider provider, Vouched vouched, String agent, String returnTo)
            throws SignOnProblem.Stopped {
        User user = accounts.user(provider, vouched,
                new Actor(Actor.Type.SYSTEM, "sign-on " + provider.name(), stranger.address(), stranger.requestId()));
        OidcTokens.require(user.active() && !user.roles().isEmpty(), SignOnProblem.NO_ACCESS);
        Instant asked = vouched.authenticatedAt();
        // Who does not say when it asked may have asked hours ago.
        Instant shown = asked != null ? asked : provider.kind() == Kind.OIDC ? Instant.EPOCH : clock.instant();
        Session.Opened opened = sessions.open(new Session.Opening(user.id(), null, Session.Way.PROVIDER,
                provider.id(), vouched.session(), vouched.subject(), stranger.address(), agent, shown, vouched.hint()));
        notes.did(new Actor(Actor.Type.USER, user.name(), stranger.address(), stranger.requestId()), "login",
                "sessions", opened.session().id().toString(), null);
        return new Ending.In(user, opened, returnTo);
    }

    /** What came of a name and a password. */
    public sealed interface Password {

        /** They are in. */
        record In(User user, Session.Opened session) implements Password {}

        /** They showed again who they are. */
        record Confirmed() implements Password {}

        /** The name or the password is wrong. */
        record Wrong() implements Password {}

        /** Too many attempts; not even looked at. */
        record Later(long seconds) implements Password {}

        /** They are not in, for another reason. */
        record Failed(SignOnProblem problem) implements Password {}
    }

    /** Somebody wants to sign in with a name and a password that a directory knows. */
    public Password password(Actor stranger, UUID id, String name, String password, String agent) {
        return withPassword(stranger, id, name, password, (provider, vouched) -> {
            Ending ending = in(stranger, provider, vouched, agent, "/");
            return ending instanceof Ending.In(User user, Session.Opened opened, String _)
                    ? new Password.In(user, opened)
                    : new Password.Failed(SignOnProblem.NO_ACCESS);
        });
    }

    /** Somebody who is signed in shows again who they are. */
    public Password confirm(Actor actor, Session session, String password) {
        UUID id = session.provider();
        Optional<String> name = sessions.hint(session.id());
        if (id == null || name.isEmpty()) {
            return new Password.Failed(SignOnProblem.NO_PROVIDER);
        }
        return withPassword(actor, id, name.get(), password,
                (provider, vouched) -> accounts.linked(provider.id(), vouched.subject()).map(User::id)
                        .filter(user -> user.equals(session.user())).isPresent()
                                ? new Password.Confirmed()
                                : new Password.Wrong());
    }

    /** What is done with somebody whom a directory knows. */
    private interface Admission {
        Password admit(SignOnProvider provider, Vouched vouched) throws SignOnProblem.Stopped;
    }

    private Password withPassword(Actor actor, UUID id, String name, String password, Admission admission) {
        Optional<SignOnProvider> provider = find(id.toString()).filter(one -> one.kind() == Kind.LDAP);
        if (provider.isEmpty()) {
            return new Password.Failed(SignOnProblem.NO_PROVIDER);
        }
        long wait = throttle.waitFor(name, actor.address());
        if (wait > 0) {
            return new Password.Later(wait);
        }
        try {
            Optional<Vouched> vouched = directory.check(provider.get(), governance.signOnSecret(id).orElse(null), name,
                    password);
            if (vouched.isEmpty()) {
                throttle.failed(name, actor.address());
                notes.did(actor, "refuse_login", NOUN, id.toString(), "wrong");
                return new Password.Wrong();
            }
            throttle.succeeded(name, actor.address());
            return admission.admit(provider.get(), vouched.get());
        } catch (SignOnProblem.Stopped e) {
            return new Password.Failed(refused(actor, provider.get(), e));
        }
    }

    /**
     * The provider says that somebody has signed out there.
     *
     * @return what is wrong with that; empty when it was done
     */
    public Optional<SignOnProblem> loggedOut(Actor stranger, String named, String token) {
        Optional<SignOnProvider> provider = find(named).filter(one -> one.kind() == Kind.OIDC);
        if (provider.isEmpty()) {
            return Optional.of(SignOnProblem.NO_PROVIDER);
        }
        try {
            JWTClaimsSet claims = oidc.loggedOut(provider.get(), token);
            once(provider.get().id() + " " + claims.getClaim("jti"));
            int ended = sessions.endAt(provider.get().id(), OidcTokens.text(claims, "sid"), claims.getSubject());
            notes.did(new Actor(Actor.Type.SYSTEM, "sign-on " + provider.get().name(), stranger.address(),
                    stranger.requestId()), "logout", "sessions", ended + " session(s)", null);
            return Optional.empty();
        } catch (SignOnProblem.Stopped e) {
            return Optional.of(refused(stranger, provider.get(), e));
        }
    }

    private void once(String token) throws SignOnProblem.Stopped {
        Instant now = clock.instant();
        usedLogoutTokens.values().removeIf(until -> until.isBefore(now));
        OidcTokens.require(usedLogoutTokens.size() < MOST_REMEMBERED, SignOnProblem.UNREACHABLE);
        OidcTokens.require(usedLogoutTokens.putIfAbsent(token, now.plus(Flow.LONGEST.multipliedBy(2))) == null,
                SignOnProblem.REPLAYED);
    }

    /** Where to send the browser to sign out at the provider, too; empty for nowhere. To be asked before it has ended. */
    public Optional<URI> signOutAt(Session session, String base) {
        UUID id = session.provider();
        return id == null
                ? Optional.empty()
                : governance.signOn().find(id).filter(provider -> provider.kind() == Kind.OIDC)
                        .flatMap(provider -> oidc.end(provider, sessions.hint(session.id()).orElse(null),
                                URI.create((provider.publicUrl() == null ? base : provider.publicUrl())
                                        + "/console/")));
    }

    /**
     * What came of a test.
     *
     * @param steps what was tried, and how it went
     */
    public record Test(boolean ok, String message, Map<String, String> steps) {}

    /** Asks a provider, live, whatever can be asked without a person. */
    public Test test(SignOnProvider provider) {
        Map<String, String> steps = new LinkedHashMap<>();
        try {
            String found = switch (provider.kind()) {
                case OIDC -> oidc.test(provider);
                case SAML -> saml.test(provider);
                case LDAP -> directory.test(provider, governance.signOnSecret(provider.id()).orElse(null));
            };
            steps.put("provider", found);
            return new Test(true, found, steps);
        } catch (SignOnProblem.Stopped e) {
            String cause = e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")";
            steps.put("provider", e.problem().id());
            return new Test(false, e.problem().message() + cause, steps);
        }
    }

    /** Told and recorded, but no stranger's flood fills the log and the trail: some of each address, and no more. */
    private SignOnProblem refused(Actor stranger, SignOnProvider provider, SignOnProblem.Stopped stopped) {
        String address = stranger.address();
        boolean flood = told.waitFor(address, address) > 0;
        told.failed(address, address);
        if (!flood) {
            LOG.log(Level.WARNING, "Sign-on with " + provider.name() + " was refused: " + stopped.problem().id() + ". "
                    + stopped.problem().message()
                    + (stopped.getCause() == null ? "" : " Cause: " + stopped.getCause().getMessage()));
            notes.did(stranger, "refuse_login", NOUN, provider.id().toString(), stopped.problem().id());
        }
        return stopped.problem();
    }

    /** 256 random bits: also a good PKCE verifier (RFC 7636 4.1 wants 43 characters at least). */
    private String fresh() {
        byte[] bits = new byte[32];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }
}
