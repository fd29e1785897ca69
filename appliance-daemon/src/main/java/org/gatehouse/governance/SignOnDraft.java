package org.gatehouse.governance;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a sign-on provider is to be: who vouches for people, and what that makes of them here. */
public record SignOnDraft(
        @About(value = "Unique; part of the addresses that the provider must know.", min = 1, max = 64, pattern = "[a-z0-9][a-z0-9-]*") String name,
        @About(value = "What people read on the button; the name when left out.", min = 1, max = 100) @Nullable String title,
        @About("How it speaks.") Kind kind,
        @About(value = "Which product it is, hence what its claims are called.", fallback = "\"other\"") Preset preset,
        @About(value = "Whether people can sign on with it.", fallback = "true") boolean enabled,
        @About(value = "Whether it may live on a private address, and be reached without TLS.", fallback = "false") boolean privateAddressesAllowed,
        @About(value = "PEM certificates to trust for it besides the usual ones.", max = 100_000, multiline = true) @Nullable String trustedCertificates,
        @About(value = "The client's secret, or the password to search a directory with. Absent in a change means unchanged, null removes it. Never shown.", min = 1, max = 16_384, secret = true) @Nullable String secret,
        @About(value = "Where browsers reach the box, such as https://gatehouse.example.com; what the browser says when left out. The kind saml needs it.", max = 500, pattern = "https?://[^/\\s?#]+") @Nullable String publicUrl,
        @About("For the kind oidc.") @Nullable OidcTerms oidc, @About("For the kind ldap.") @Nullable LdapTerms ldap,
        @About("For the kind saml.") @Nullable SamlTerms saml,
        @About(value = "The claim or attribute to name users by; as the preset has it when left out. A dot goes into an object.", min = 1, max = 200) @Nullable String nameClaim,
        @About(value = "The one with the mail address.", min = 1, max = 200) @Nullable String emailClaim,
        @About(value = "The one with the groups.", min = 1, max = 200) @Nullable String groupsClaim,
        @About(value = "What groups make of people. With any mapping or default role, roles are the provider's at each login; without, they are given here.", fallback = "[]", max = 500) List<GroupMapping> mappings,
        @About(value = "What everybody is whom the provider vouches for.", fallback = "[]", max = 6) List<Role> defaultRoles) {

    /** In {@link #secret}: the stored one stays. */
    static final String UNCHANGED = "(unchanged)";

    /** How providers speak. */
    public enum Kind {
        /** OpenID Connect. */
        OIDC,
        /** A directory: LDAP or Active Directory. */
        LDAP,
        /** SAML 2.0. */
        SAML
    }

    /** Products whose claims we know. */
    public enum Preset {
        /** Microsoft Entra ID. */
        ENTRA,
        /** Okta. */
        OKTA,
        /** Google. */
        GOOGLE,
        /** Keycloak. */
        KEYCLOAK,
        /** Active Directory Federation Services. */
        ADFS,
        /** Active Directory, as a directory. */
        ACTIVE_DIRECTORY,
        /** Any other. */
        OTHER
    }

    /** An OpenID Connect provider. */
    public record OidcTerms(
            @About(value = "Its issuer, exactly as its tokens say.", min = 1, max = 500) String issuer,
            @About(value = "What it calls this box.", min = 1, max = 255) String clientId,
            @About(value = "What it is asked for.", fallback = "[\"openid\",\"profile\",\"email\"]", max = 20) List<String> scopes) {

        /** Copies the scopes. */
        public OidcTerms {
            scopes = List.copyOf(scopes);
        }
    }

    /** A directory. */
    public record LdapTerms(
            @About(value = "Its servers, tried in turn: ldaps://host:636, or ldap://host:389 with startTls.", min = 1, max = 10) List<String> servers,
            @About(value = "Whether ldap:// servers are asked for TLS before anything is said.", fallback = "true") boolean startTls,
            @About(value = "Who searches; nobody in particular when left out.", min = 1, max = 1000) @Nullable String bindDn,
            @About(value = "Where people are.", min = 1, max = 1000) String baseDn,
            @About(value = "How somebody is found; {name} stands for what they typed, escaped.", fallback = "\"(&(objectClass=person)(uid={name}))\"", min = 1, max = 1000) String userFilter,
            @About(value = "Where groups are, if the groups' members say it and not the people.", min = 1, max = 1000) @Nullable String groupBaseDn,
            @About(value = "How somebody's groups are found there; {dn} stands for their entry.", fallback = "\"(member={dn})\"", min = 1, max = 1000) String groupFilter) {

        /** Copies the servers. */
        public LdapTerms {
            servers = List.copyOf(servers);
        }
    }

    /** What a SAML provider is asked to call people by. */
    public enum NameFormat {
        /** A name that stays and says nothing. */
        PERSISTENT,
        /** Their mail address. */
        EMAIL,
        /** Whatever the provider is set up to. */
        UNSPECIFIED
    }

    /** A SAML 2.0 provider; this box is the service provider. */
    public record SamlTerms(
            @About(value = "What it calls itself: the entityID of its metadata.", min = 1, max = 1024) String entityId,
            @About(value = "Where browsers are sent to sign on, with the redirect binding.", min = 1, max = 2000) String ssoUrl,
            @About(value = "PEM certificates of the keys that it signs with; two while it changes them. No other key counts, whatever an answer brings along.", min = 1, max = 100_000, multiline = true) String certificates,
            @About(value = "What it calls this box; the address of this box's metadata when left out.", min = 1, max = 1024) @Nullable String ownEntityId,
            @About(value = "What it is asked to call people by.", fallback = "\"persistent\"") NameFormat nameFormat,
            @About(value = "The attribute that names people for ever; the NameID when left out.", min = 1, max = 200) @Nullable String subjectAttribute) {}

    /** What a group makes of people. At least one of role, department and project. */
    public record GroupMapping(
            @About(value = "The group, exactly as the provider says.", min = 1, max = 500) String group,
            @About("The role that its members have.") @Nullable Role role,
            @About(value = "The name of the department that they lead.", min = 1, max = 100) @Nullable String department,
            @About(value = "The project that they develop in, as department/project.", min = 1, max = 201) @Nullable String project) {}

    /** Copies the lists. */
    public SignOnDraft {
        mappings = List.copyOf(mappings);
        defaultRoles = List.copyOf(defaultRoles);
    }

    /** The same with another secret. */
    public SignOnDraft withSecret(@Nullable String other) {
        return new SignOnDraft(name, title, kind, preset, enabled, privateAddressesAllowed, trustedCertificates, other,
                publicUrl, oidc, ldap, saml, nameClaim, emailClaim, groupsClaim, mappings, defaultRoles);
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "SignOnDraft[" + name + "]";
    }
}
