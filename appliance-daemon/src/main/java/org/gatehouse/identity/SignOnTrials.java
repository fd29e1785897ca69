package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.SignOnDraft;
import org.gatehouse.governance.SignOnProvider;

/** Tries sign-on providers, stored or not, without letting anybody in or making a user. Thread-safe. */
public final class SignOnTrials {
    private static final String NOUN = "sign-on";

    private final Governance governance;
    private final Accounts accounts;
    private final Notes notes;
    private final Clock clock;
    private final Oidc oidc;
    private final Directory directory;
    private final Saml saml;
    /** By the provider's name. Only admins add to it. */
    private final Map<String, TestLogin> tested = new ConcurrentHashMap<>();

    SignOnTrials(Governance governance, Accounts accounts, Notes notes, Clock clock, Oidc oidc, Directory directory,
            Saml saml) {
        this.saml = saml;
        this.governance = governance;
        this.accounts = accounts;
        this.notes = notes;
        this.clock = clock;
        this.oidc = oidc;
        this.directory = directory;
    }

    /**
     * Who came back from a provider in a test, and as what they would come in.
     *
     * @param groups as the provider says
     * @param roles that the mappings make of them; none: they would not come in
     */
    public record TestLogin(Instant at, String subject, String name, @Nullable String email, List<String> groups,
            List<Role> roles) {

        /** Copies the lists. */
        public TestLogin {
            groups = List.copyOf(groups);
            roles = List.copyOf(roles);
        }
    }

    /** The newest test login with the provider of that name since the daemon started. */
    public Optional<TestLogin> last(String name) {
        return Optional.ofNullable(tested.get(name));
    }

    private TestLogin shown(SignOnProvider provider, Vouched vouched) {
        return new TestLogin(clock.instant(), vouched.subject(), vouched.name(), vouched.email(), vouched.groups(),
                List.copyOf(accounts.standing(provider, vouched.groups()).roles()));
    }

    /** Somebody came back from a provider in a test. */
    void ended(Actor admin, SignOnProvider provider, Vouched vouched) {
        tested.put(provider.name(), shown(provider, vouched));
        notes.did(admin, "test_login", NOUN, provider.id().toString(), null);
    }

    /** Asks a provider that is not stored, live, whatever can be asked without a person. */
    public SignOn.Test test(SignOnDraft draft) {
        SignOnProvider provider = unstored(draft);
        try {
            String found = switch (provider.kind()) {
                case OIDC -> oidc.test(provider);
                case LDAP -> directory.test(provider, secret(draft));
                case SAML -> saml.test(provider);
            };
            return new SignOn.Test(true, found, Map.of("provider", found));
        } catch (SignOnProblem.Stopped e) {
            String cause = e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")";
            return new SignOn.Test(false, e.problem().message() + cause, Map.of("provider", e.problem().id()));
        }
    }

    /** What came of trying a directory with somebody. */
    public sealed interface Trial {

        /** They would come in so. */
        record Shown(TestLogin login) implements Trial {}

        /** It does not know that name with that password. */
        record Unknown() implements Trial {}

        /** It could not be asked. */
        record Failed(SignOnProblem problem) implements Trial {}
    }

    /** Somebody tries a directory that need not be stored: who would come in, and as what. Nobody does. */
    public Trial tryPassword(Actor admin, SignOnDraft draft, String name, String password) {
        SignOnProvider provider = unstored(draft);
        try {
            Optional<Vouched> vouched = directory.check(provider, secret(draft), name, password);
            notes.did(admin, "test_login", NOUN, draft.name(), vouched.isPresent() ? null : "wrong");
            if (vouched.isEmpty()) {
                return new Trial.Unknown();
            }
            TestLogin login = shown(provider, vouched.get());
            tested.put(draft.name(), login);
            return new Trial.Shown(login);
        } catch (SignOnProblem.Stopped e) {
            return new Trial.Failed(e.problem());
        }
    }

    private @Nullable String secret(SignOnDraft draft) {
        return draft.secret() != null
                ? draft.secret()
                : governance.signOn().all().stream().filter(stored -> stored.name().equals(draft.name())).findFirst()
                        .flatMap(stored -> governance.signOnSecret(stored.id())).orElse(null);
    }

    private SignOnProvider unstored(SignOnDraft draft) {
        Instant now = clock.instant();
        UUID id = UUID.nameUUIDFromBytes(draft.name().getBytes(StandardCharsets.UTF_8));
        return new SignOnProvider(id, draft.name(), draft.title(), draft.kind(), draft.preset(), draft.enabled(),
                draft.privateAddressesAllowed(), draft.trustedCertificates(), draft.secret() != null,
                draft.publicUrl(), draft.oidc(), draft.ldap(), draft.saml(), draft.nameClaim(), draft.emailClaim(),
                draft.groupsClaim(), draft.mappings(), draft.defaultRoles(), now, now, 0);
    }
}
