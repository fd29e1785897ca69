package org.gatehouse.identity;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.SignOnDraft.LdapTerms;
import org.gatehouse.governance.SignOnProvider;

/**
 * Asks a directory (LDAP, Active Directory) whether a name and a password belong together: finds the entry, then binds as
 * it. One connection a login; servers are tried in turn until one answers. Follows no referrals. Thread-safe.
 */
final class Directory {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 10_000;
    private static final int MOST_GROUPS = 2_000;
    /** Attributes that never change, as directories call them. */
    private static final List<String> IDS = List.of("entryUUID", "objectGUID", "nsUniqueId", "ipaUniqueID");

    private final Clock clock;

    Directory(Clock clock) {
        this.clock = clock;
    }

    /** Who it is; empty when the name or the password is wrong. */
    Optional<Vouched> check(SignOnProvider provider, @Nullable String secret, String name, String password)
            throws SignOnProblem.Stopped {
        // RFC 4513 5.1.2: a bind without a password succeeds and proves nothing.
        if (password.isEmpty() || name.isBlank()) {
            return Optional.empty();
        }
        LdapTerms terms = terms(provider);
        try (LDAPConnection connection = connect(provider, secret)) {
            ClaimNames claims = ClaimNames.of(provider);
            List<SearchResultEntry> found = people(connection, terms, name, claims);
            if (found.size() != 1) {
                return Optional.empty();
            }
            SearchResultEntry entry = found.getFirst();
            List<String> groups = groups(connection, terms, entry, claims);
            if (!binds(connection, entry.getDN(), password)) {
                return Optional.empty();
            }
            String called = value(entry, claims.name()).orElse(name);
            return Optional.of(new Vouched(subject(entry), called, value(entry, claims.email()).orElse(null),
                    // Who may write mail addresses into a directory is the directory's to say, and mostly everybody.
                    false, groups, clock.instant(), null, name));
        } catch (LDAPException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, bare(e));
        }
    }

    /** Connects, binds and looks at the place where people are; in words. */
    String test(SignOnProvider provider, @Nullable String secret) throws SignOnProblem.Stopped {
        try (LDAPConnection connection = connect(provider, secret)) {
            if (connection.getEntry(terms(provider).baseDn(), SearchRequest.NO_ATTRIBUTES) == null) {
                throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER,
                        new IOException("there is nothing at baseDn, or who searches may not see it"));
            }
            return connection.getConnectedAddress() + " answers, takes the name to search with, and has the place where"
                    + " people are.";
        } catch (LDAPException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, bare(e));
        }
    }

    private LDAPConnection connect(SignOnProvider provider, @Nullable String secret) throws SignOnProblem.Stopped {
        SignOnProblem.Stopped last = new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE);
        for (String server : terms(provider).servers()) {
            try {
                return connect(provider, URI.create(server), secret);
            } catch (SignOnProblem.Stopped e) {
                if (e.problem() != SignOnProblem.UNREACHABLE) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    @SuppressWarnings("resource") // handed out, or closed on the way
    private static LDAPConnection connect(SignOnProvider provider, URI server, @Nullable String secret)
            throws SignOnProblem.Stopped {
        LdapTerms terms = terms(provider);
        boolean tls = server.getScheme().equals("ldaps");
        String host = server.getHost().replace("[", "").replace("]", "");
        ProviderHttp.requireAllowed(host, provider.privateAddressesAllowed());
        LDAPConnection connection = null;
        try {
            SSLContext context = ProviderHttp.context(provider);
            connection = tls
                    ? new LDAPConnection(context.getSocketFactory(), options())
                    : new LDAPConnection(options());
            connection.connect(host, server.getPort() < 0 ? tls ? 636 : 389 : server.getPort(), CONNECT_MILLIS);
            if (!tls && terms.startTls()) {
                connection.processExtendedOperation(new StartTLSExtendedRequest(context));
            }
            String searcher = terms.bindDn();
            if (searcher != null) {
                connection.bind(searcher, Objects.requireNonNullElse(secret, ""));
            }
            return connection;
        } catch (LDAPException e) {
            close(connection);
            boolean refused = e.getResultCode() == ResultCode.INVALID_CREDENTIALS
                    || e.getResultCode() == ResultCode.INAPPROPRIATE_AUTHENTICATION;
            throw new SignOnProblem.Stopped(
                    refused ? SignOnProblem.REFUSED_BY_PROVIDER : SignOnProblem.UNREACHABLE, bare(e));
        } catch (IOException e) {
            close(connection);
            throw new SignOnProblem.Stopped(SignOnProblem.UNREACHABLE, e);
        }
    }

    private static void close(@Nullable LDAPConnection connection) {
        if (connection != null) {
            connection.close();
        }
    }

    private static LDAPConnectionOptions options() {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(CONNECT_MILLIS);
        options.setResponseTimeoutMillis(ANSWER_MILLIS);
        options.setFollowReferrals(false);
        options.setSSLSocketVerifier(new CertificateOfHost());
        return options;
    }

    private static List<SearchResultEntry> people(LDAPConnection connection, LdapTerms terms, String name,
            ClaimNames claims) throws LDAPException {
        // RFC 4515 3: what somebody types is a value, whatever it looks like.
        Filter filter = Filter.create(terms.userFilter().replace("{name}", Filter.encodeValue(name)));
        String[] attributes = Stream
                .of(claims.name(), claims.email(), claims.groups(), IDS).flatMap(List::stream).distinct()
                .toArray(String[]::new);
        SearchRequest request = new SearchRequest(terms.baseDn(), SearchScope.SUB, filter, attributes);
        request.setSizeLimit(2);
        return entries(search(connection, request));
    }

    private static List<SearchResultEntry> entries(SearchResult result) {
        return Objects.requireNonNullElse(result.getSearchEntries(), List.of());
    }

    private static SearchResult search(LDAPConnection connection, SearchRequest request) throws LDAPException {
        try {
            return connection.search(request);
        } catch (LDAPSearchException e) {
            // More than were asked for is an answer, too: it says that there is more than one.
            if (e.getResultCode() == ResultCode.SIZE_LIMIT_EXCEEDED) {
                return e.getSearchResult();
            }
            throw e;
        }
    }

    private static List<String> groups(LDAPConnection connection, LdapTerms terms, SearchResultEntry entry,
            ClaimNames claims) throws LDAPException {
        Set<String> groups = new LinkedHashSet<>();
        for (String attribute : claims.groups()) {
            String[] values = entry.getAttributeValues(attribute);
            groups.addAll(values == null ? List.of() : List.of(values));
        }
        String base = terms.groupBaseDn();
        if (base != null) {
            Filter filter = Filter.create(terms.groupFilter().replace("{dn}", Filter.encodeValue(entry.getDN())));
            SearchRequest request = new SearchRequest(base, SearchScope.SUB, filter, SearchRequest.NO_ATTRIBUTES);
            request.setSizeLimit(MOST_GROUPS);
            entries(search(connection, request)).forEach(group -> groups.add(group.getDN()));
        }
        return new ArrayList<>(groups);
    }

    private static boolean binds(LDAPConnection connection, String dn, String password) throws LDAPException {
        try {
            return connection.bind(dn, password).getResultCode() == ResultCode.SUCCESS;
        } catch (LDAPException e) {
            if (e.getResultCode().isConnectionUsable()) {
                return false;
            }
            throw e;
        }
    }

    private static String subject(SearchResultEntry entry) {
        for (String name : IDS) {
            byte[] value = entry.getAttributeValueBytes(name);
            if (value != null) {
                // Active Directory's are 16 bytes, no text.
                return name.equals("objectGUID")
                        ? HexFormat.of().formatHex(value)
                        : new String(value, StandardCharsets.UTF_8);
            }
        }
        String dn = entry.getDN().toLowerCase(Locale.ROOT);
        return dn.length() <= Vouched.LONGEST_SUBJECT ? dn : Sessions.sha256(dn);
    }

    private static Optional<String> value(SearchResultEntry entry, List<String> names) {
        return names.stream().map(entry::getAttributeValue).filter(Objects::nonNull)
                .filter(text -> !text.isBlank()).findFirst();
    }

    /** Without the message's own text, which may hold what was typed. */
    private static IOException bare(LDAPException e) {
        return new IOException("the directory says " + e.getResultCode().getName());
    }

    private static LdapTerms terms(SignOnProvider provider) {
        return Objects.requireNonNull(provider.ldap(), "only for providers of the kind ldap");
    }
}
