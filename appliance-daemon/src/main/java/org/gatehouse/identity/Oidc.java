package org.gatehouse.identity;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.Prompt;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.SignOnDraft.OidcTerms;
import org.gatehouse.governance.SignOnDraft.Preset;
import org.gatehouse.governance.SignOnProvider;

/**
 * Speaks OpenID Connect: authorisation code with PKCE. What a provider says of itself and its keys are remembered for a
 * while; a token by a key not seen yet has them asked for again, not more than twice a minute. Thread-safe.
 */
final class Oidc {
    private static final Duration REMEMBERED = Duration.ofMinutes(15);
    private static final Duration KEYS_AGAIN = Duration.ofSeconds(30);

    private final UpstreamClient outgoing;
    private final Clock clock;
    private final Map<UUID, Known> known = new ConcurrentHashMap<>();

    private record Known(long version, OIDCProviderMetadata metadata, JWKSet keys, Instant at, Instant keysAt) {}

    Oidc(UpstreamClient outgoing, Clock clock) {
        this.outgoing = outgoing;
        this.clock = clock;
    }

    /** Where to send the browser. */
    URI begin(SignOnProvider provider, Flow flow) throws SignOnProblem.Stopped {
        OidcTerms terms = terms(provider);
        OIDCProviderMetadata metadata = known(provider, false).metadata();
        AuthenticationRequest.Builder request = new AuthenticationRequest.Builder(new ResponseType("code"),
                new Scope(terms.scopes().toArray(String[]::new)), new ClientID(terms.clientId()),
                URI.create(flow.redirect())).endpointURI(metadata.getAuthorizationEndpointURI())
                .state(new State(flow.state())).nonce(new Nonce(flow.nonce()))
                .codeChallenge(new CodeVerifier(flow.verifier()), CodeChallengeMethod.S256);
        if (flow.careful()) {
            request.prompt(new Prompt(Prompt.Type.LOGIN)).maxAge(0);
        }
        return request.build().toURI();
    }

    /** Takes the code to the provider and looks at what it gives for it. */
    Vouched finish(SignOnProvider provider, @Nullable String secret, Flow flow, String code)
            throws SignOnProblem.Stopped {
        OidcTerms terms = terms(provider);
        OIDCProviderMetadata metadata = known(provider, false).metadata();
        OIDCTokenResponse tokens = exchange(provider, secret, flow, code, metadata);
        String token = tokens.getOIDCTokens().getIDTokenString();
        if (token == null) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        }
        JWTClaimsSet claims = OidcTokens.identity(token, terms.issuer(), terms.clientId(), flow.nonce(),
                anew -> known(provider, anew).keys(), clock);
        String subject = claims.getSubject();
        if (subject == null || subject.isBlank() || subject.length() > Vouched.LONGEST_SUBJECT) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        }
        return vouched(provider, subject, claims, more(provider, metadata, subject, claims,
                tokens.getOIDCTokens().getAccessToken()), token);
    }

    private OIDCTokenResponse exchange(SignOnProvider provider, @Nullable String secret, Flow flow, String code,
            OIDCProviderMetadata metadata) throws SignOnProblem.Stopped {
        AuthorizationGrant grant = new AuthorizationCodeGrant(new AuthorizationCode(code), URI.create(flow.redirect()),
                new CodeVerifier(flow.verifier()));
        ClientID client = new ClientID(terms(provider).clientId());
        URI endpoint = metadata.getTokenEndpointURI();
        TokenRequest request = secret == null
                ? new TokenRequest.Builder(endpoint, client, grant).build()
                : new TokenRequest.Builder(endpoint, authentication(metadata, client, secret), grant).build();
        try {
            HTTPRequest http = request.toHTTPRequest();
            TokenResponse response = OIDCTokenResponseParser.parse(http.send(new ProviderHttp(outgoing, provider)));
            if (response instanceof OIDCTokenResponse tokens) {
                return tokens;
            }
            throw new SignOnProblem.Stopped(SignOnProblem.REFUSED_BY_PROVIDER, new IOException(
                    "the token endpoint says " + response.toErrorResponse().getErrorObject().getCode()));
        } catch (ProviderHttp.Blocked e) {
            throw e.stopped();
        } catch (IOException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, e);
        } catch (ParseException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    private static ClientAuthentication authentication(OIDCProviderMetadata metadata, ClientID client, String secret) {
        List<ClientAuthenticationMethod> methods = metadata.getTokenEndpointAuthMethods();
        boolean post = methods != null && methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST)
                && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        return post
                ? new ClientSecretPost(client, new Secret(secret))
                : new ClientSecretBasic(client, new Secret(secret));
    }

    /** What the token does not say may stand in the user info. */
    private Map<String, Object> more(SignOnProvider provider, OIDCProviderMetadata metadata, String subject,
            JWTClaimsSet claims, @Nullable AccessToken access) throws SignOnProblem.Stopped {
        ClaimNames names = ClaimNames.of(provider);
        boolean complete = first(names.name(), claims.getClaims()) != null
                && !all(names.groups(), claims.getClaims()).isEmpty();
        URI endpoint = metadata.getUserInfoEndpointURI();
        if (complete || endpoint == null || !(access instanceof BearerAccessToken bearer)) {
            return Map.of();
        }
        try {
            UserInfoResponse response = UserInfoResponse
                    .parse(new UserInfoRequest(endpoint, bearer).toHTTPRequest()
                            .send(new ProviderHttp(outgoing, provider)));
            if (!response.indicatesSuccess()) {
                return Map.of();
            }
            Map<String, Object> said = response.toSuccessResponse().getUserInfo().toJSONObject();
            // OpenID Connect Core 5.3.2: or it may be somebody else's.
            OidcTokens.require(subject.equals(said.get("sub")), SignOnProblem.BAD_ANSWER);
            return said;
        } catch (IOException | ParseException _) {
            return Map.of();
        }
    }

    private static Vouched vouched(SignOnProvider provider, String subject, JWTClaimsSet claims,
            Map<String, Object> more, String token) {
        ClaimNames names = ClaimNames.of(provider);
        String name = Optional.ofNullable(first(names.name(), claims.getClaims()))
                .orElseGet(() -> Objects.requireNonNullElse(first(names.name(), more), subject));
        String email = Optional.ofNullable(first(names.email(), claims.getClaims()))
                .orElseGet(() -> first(names.email(), more));
        boolean verified = Boolean.TRUE.equals(claims.getClaim("email_verified"))
                || Boolean.TRUE.equals(more.get("email_verified"));
        List<String> groups = new ArrayList<>(all(names.groups(), claims.getClaims()));
        groups.addAll(all(names.groups(), more));
        Instant asked = claims.getClaim("auth_time") instanceof Number seconds
                ? Instant.ofEpochSecond(seconds.longValue())
                // Google sends none, whatever it is asked.
                : provider.preset() == Preset.GOOGLE ? claims.getIssueTime().toInstant() : null;
        return new Vouched(subject, name, email, verified, groups.stream().distinct().limit(2_000).toList(), asked,
                OidcTokens.text(claims, "sid"), token);
    }

    private static @Nullable String first(List<String> names, Map<String, Object> claims) {
        return names.stream().map(name -> at(claims, name)).filter(String.class::isInstance).map(String.class::cast)
                .filter(text -> !text.isBlank()).findFirst().orElse(null);
    }

    private static List<String> all(List<String> names, Map<String, Object> claims) {
        List<String> found = new ArrayList<>();
        for (String name : names) {
            Object value = at(claims, name);
            if (value instanceof Collection<?> many) {
                many.stream().filter(String.class::isInstance).map(String.class::cast).forEach(found::add);
            } else if (value instanceof String one) {
                found.add(one);
            }
        }
        return found;
    }

    /** A claim by its name, or by a path with dots such as {@code realm_access.roles}. */
    private static @Nullable Object at(Map<String, Object> claims, String path) {
        if (claims.containsKey(path)) {
            return claims.get(path);
        }
        Object here = claims;
        for (String name : path.split("\\.", -1)) {
            if (!(here instanceof Map<?, ?> object)) {
                return null;
            }
            here = object.get(name);
        }
        return here;
    }

    /** What a logout token says; it is right in every way. */
    JWTClaimsSet loggedOut(SignOnProvider provider, String token) throws SignOnProblem.Stopped {
        OidcTerms terms = terms(provider);
        return OidcTokens.logout(token, terms.issuer(), terms.clientId(), anew -> known(provider, anew).keys(), clock);
    }

    /** Where to send the browser to sign out there, too; empty when the provider has no such place. */
    Optional<URI> end(SignOnProvider provider, @Nullable String hint, URI returnTo) {
        try {
            URI endpoint = known(provider, false).metadata().getEndSessionEndpointURI();
            if (endpoint == null || hint == null) {
                return Optional.empty();
            }
            return Optional.of(new LogoutRequest(endpoint, com.nimbusds.jwt.JWTParser.parse(hint), null,
                    new ClientID(terms(provider).clientId()), returnTo, null, null).toURI());
        } catch (SignOnProblem.Stopped | java.text.ParseException _) {
            // Whoever signs out here is out here, whether or not the provider answers.
            return Optional.empty();
        }
    }

    /** Asks the provider what it says of itself, and for its keys; in words. */
    String test(SignOnProvider provider) throws SignOnProblem.Stopped {
        Known fresh = ask(provider);
        known.put(provider.id(), fresh);
        return "It answers, its issuer is the one in the settings, and it has " + fresh.keys().getKeys().size()
                + " key(s). " + (fresh.metadata().getEndSessionEndpointURI() == null
                        ? "It has no address to sign out at."
                        : "It has an address to sign out at.");
    }

    private Known known(SignOnProvider provider, boolean keysAnew) throws SignOnProblem.Stopped {
        Known found = known.get(provider.id());
        Instant now = clock.instant();
        if (found != null && found.version() == provider.version() && now.isBefore(found.at().plus(REMEMBERED))) {
            if (!keysAnew || now.isBefore(found.keysAt().plus(KEYS_AGAIN))) {
                return found;
            }
            found = new Known(found.version(), found.metadata(), keys(provider, found.metadata()), found.at(), now);
        } else {
            found = ask(provider);
        }
        known.put(provider.id(), found);
        return found;
    }

    private Known ask(SignOnProvider provider) throws SignOnProblem.Stopped {
        String issuer = terms(provider).issuer();
        ProviderHttp http = new ProviderHttp(outgoing, provider);
        // OpenID Connect Discovery 4.1: behind the issuer's path, without a slash twice.
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        String text = http.get(URI.create(base + "/.well-known/openid-configuration"));
        try {
            OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(text);
            OidcTokens.require(metadata.getIssuer().getValue().equals(issuer), SignOnProblem.ISSUER);
            URI begin = metadata.getAuthorizationEndpointURI();
            URI token = metadata.getTokenEndpointURI();
            OidcTokens.require(begin != null && token != null, SignOnProblem.BAD_ANSWER);
            if (begin != null && !"https".equals(begin.getScheme()) && !provider.privateAddressesAllowed()) {
                throw new SignOnProblem.Stopped(SignOnProblem.FORBIDDEN_ADDRESS);
            }
            Instant now = clock.instant();
            return new Known(provider.version(), metadata, keys(provider, metadata), now, now);
        } catch (ParseException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    private JWKSet keys(SignOnProvider provider, OIDCProviderMetadata metadata) throws SignOnProblem.Stopped {
        try {
            return JWKSet.parse(new ProviderHttp(outgoing, provider).get(metadata.getJWKSetURI()));
        } catch (java.text.ParseException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    private static OidcTerms terms(SignOnProvider provider) {
        return Objects.requireNonNull(provider.oidc(), "only for providers of the kind oidc");
    }
}
