package org.gatehouse.acme;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Metadata;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.exception.AcmeUserActionRequiredException;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

import org.gatehouse.acme.AcmeFailure.Reason;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.listen.ChallengeDoor;
import org.gatehouse.listen.FreshKey;

/** One conversation with an authority, from its directory to the certificate. For one thread; takes minutes at most. */
final class CertificateOrder {
    private static final Duration VALIDATION = Duration.ofSeconds(60);
    private static final Duration ISSUANCE = Duration.ofSeconds(60);

    private final AcmeDraft terms;
    private final ChallengeDoor door;
    private final Session session;

    CertificateOrder(AcmeDraft terms, ChallengeDoor door, UpstreamClient client) {
        this.terms = terms;
        this.door = door;
        OutgoingHttp http = new OutgoingHttp(client, terms.privateAddressesAllowed(), terms.trustedCertificates());
        this.session = new Session(URI.create(terms.directory()), new Over(http));
        session.networkSettings().setCompressionEnabled(false);
    }

    /** The library's own way but for the calls. */
    private static final class Over extends GenericAcmeProvider {
        private final HttpClient http;

        Over(HttpClient http) {
            this.http = http;
        }

        @Override
        public HttpClient createHttpClient(NetworkSettings settings) {
            return http;
        }
    }

    /** A certificate with its key. */
    record Obtained(List<X509Certificate> chain, PrivateKey key) {

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Obtained[]";
        }
    }

    /** Asks for the directory, and whether the terms will do; changes nothing there. */
    void lookUp() throws AcmeFailure {
        try {
            Metadata about = session.getMetadata();
            Optional<URI> agreement = about.getTermsOfService();
            if (agreement.isPresent() && !terms.termsAgreed()) {
                throw new AcmeFailure(Reason.TERMS, "The authority gives certificates to those who agree to its terms."
                        + " Read " + agreement.get() + ", then set termsAgreed.");
            }
            if (about.isExternalAccountRequired() && terms.bindingKey() == null) {
                throw new AcmeFailure(Reason.ACCOUNT, "The authority serves those only who have an account there. Get"
                        + " its key id and key from the authority, and give them as bindingKeyId and bindingKey.");
            }
        } catch (AcmeException | IllegalArgumentException e) {
            throw failure(e);
        }
    }

    /** Signs in, with a new account where there is none; gives the account's address. */
    String account(KeyPair key, String known) throws AcmeFailure {
        try {
            if (!known.isEmpty()) {
                return known;
            }
            AccountBuilder account = new AccountBuilder().useKeyPair(key);
            if (terms.termsAgreed()) {
                account.agreeToTermsOfService();
            }
            String email = terms.email();
            if (email != null && !email.isBlank()) {
                account.addEmail(email);
            }
            String id = terms.bindingKeyId();
            String secret = terms.bindingKey();
            if (id != null && secret != null) {
                account.withKeyIdentifier(id, secret);
            }
            return account.createLogin(session).getAccountLocation().toString();
        } catch (AcmeException | IllegalArgumentException e) {
            throw failure(e);
        }
    }

    /** Gets the certificate: proves each name, then has the authority sign a fresh key. */
    Obtained obtain(KeyPair account, String url) throws AcmeFailure {
        try {
            Login login = session.login(URI.create(url).toURL(), account);
            List<Identifier> names = terms.names().stream().map(CertificateOrder::identifier).toList();
            Order order = login.newOrder().identifiers(names).create();
            for (Authorization authorization : order.getAuthorizations()) {
                prove(authorization);
            }
            KeyPair pair = FreshKey.make();
            if (order.waitUntilReady(VALIDATION) == Status.INVALID) {
                throw refused(order);
            }
            order.execute(pair);
            if (order.waitForCompletion(ISSUANCE) != Status.VALID) {
                throw refused(order);
            }
            return new Obtained(order.getCertificate().getCertificateChain(), pair.getPrivate());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AcmeFailure(Reason.TIMEOUT, "The box is stopping.", null, e);
        } catch (AcmeException | IOException | RuntimeException e) {
            throw failure(e);
        }
    }

    private static Identifier identifier(String name) {
        return name.contains(":") || name.matches("[0-9.]+") ? Identifier.ip(name) : Identifier.dns(name);
    }

    private void prove(Authorization authorization) throws AcmeException, InterruptedException, AcmeFailure {
        if (authorization.getStatus() == Status.VALID) {
            return;
        }
        String name = authorization.getIdentifier().getValue();
        Http01Challenge challenge = authorization.findChallenge(Http01Challenge.class)
                .orElseThrow(() -> new AcmeFailure(Reason.REFUSED, "The authority does not look at " + name
                        + " by HTTP (http-01), and the box can prove a name in no other way. Have the authority allow it."));
        door.offer(challenge.getToken(), challenge.getAuthorization());
        try {
            challenge.trigger();
            Status status = authorization.waitForCompletion(VALIDATION);
            if (status != Status.VALID) {
                challenge.fetch();
                throw new AcmeFailure(status == Status.INVALID ? Reason.CHALLENGE : Reason.TIMEOUT,
                        "The authority does not see this box behind " + name + ". "
                                + challenge.getError().map(CertificateOrder::told)
                                        .orElse("It did not say why within a minute.")
                                + " Have the name lead to the box, and port 80 there to its port " + terms.httpPort()
                                + ".");
            }
        } finally {
            door.withdraw(challenge.getToken());
        }
    }

    private static AcmeFailure refused(Order order) {
        return new AcmeFailure(order.getStatus() == Status.INVALID ? Reason.REFUSED : Reason.TIMEOUT,
                "The authority gave no certificate. "
                        + order.getError().map(CertificateOrder::told).orElse("It did not say why within a minute."));
    }

    private static String told(Problem problem) {
        StringBuilder text = new StringBuilder("It said: ")
                .append(problem.getDetail().or(problem::getTitle).orElseGet(() -> String.valueOf(problem.getType())));
        for (Problem part : problem.getSubProblems()) {
            text.append(" (").append(part.getIdentifier().map(Identifier::getValue).orElse("?")).append(": ")
                    .append(part.getDetail().orElse("")).append(')');
        }
        return text.append(text.charAt(text.length() - 1) == '.' ? "" : ".").toString();
    }

    private AcmeFailure failure(Exception problem) {
        return switch (problem) {
            case AcmeRateLimitedException limited -> new AcmeFailure(Reason.RATE_LIMIT,
                    "The authority has been asked too often. " + told(limited.getProblem())
                            + limited.getRetryAfter().map(at -> " Ask again after " + at + ".").orElse(""),
                    limited.getRetryAfter().orElse(null), limited);
            case AcmeUserActionRequiredException asks -> new AcmeFailure(Reason.TERMS,
                    "The authority wants you to do something first. " + told(asks.getProblem())
                            + asks.getTermsOfServiceUri().map(at -> " Read " + at + ", and agree again.").orElse(""),
                    null, asks);
            case AcmeServerException refused -> new AcmeFailure(reason(refused.getProblem()),
                    "The authority refuses. " + told(refused.getProblem()), null, refused);
            case AcmeNetworkException lost -> new AcmeFailure(Reason.UNREACHABLE, "The authority at "
                    + terms.directory() + " cannot be reached: " + cause(lost)
                    + " Check the address, the way out of the"
                    + " box (its HTTP proxy, privateAddressesAllowed) and trustedCertificates.", null, lost);
            default -> new AcmeFailure(Reason.NOT_A_DIRECTORY, "What answers at " + terms.directory()
                    + " does not speak ACME (RFC 8555): " + cause(problem)
                    + " Take the authority's directory address.", null, problem);
        };
    }

    /** Whether the authority means the account or the names. */
    private static Reason reason(Problem problem) {
        String type = String.valueOf(problem.getType()).toLowerCase(Locale.ROOT);
        return type.endsWith(":accountdoesnotexist") || type.endsWith(":externalaccountrequired")
                || type.endsWith(":unauthorized") || type.endsWith(":malformed") && told(problem).contains("ccount")
                        ? Reason.ACCOUNT
                        : Reason.REFUSED;
    }

    private static String cause(Throwable problem) {
        @Nullable
        Throwable root = problem;
        String text = "";
        while (root != null) {
            text = root.getMessage() == null ? text : root.getMessage();
            root = root.getCause();
        }
        return text.isEmpty() ? problem.getClass().getSimpleName() + "." : text + (text.endsWith(".") ? "" : ".");
    }
}
