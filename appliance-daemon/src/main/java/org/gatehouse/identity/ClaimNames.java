package org.gatehouse.identity;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.SignOnDraft.Kind;
import org.gatehouse.governance.SignOnDraft.Preset;
import org.gatehouse.governance.SignOnProvider;

/**
 * What a provider calls the name, the mail address and the groups of people: as its settings say, else as its product
 * does.
 */
record ClaimNames(List<String> name, List<String> email, List<String> groups) {

    private static final String SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
    private static final String MICROSOFT = "http://schemas.microsoft.com/ws/2008/06/identity/claims/";
    /** Microsoft's products have names of their own; the others mostly those of X.500 (SAML Profiles 8.2), or friendly ones. */
    private static final ClaimNames SAML = new ClaimNames(
            List.of("username", "uid", "urn:oid:0.9.2342.19200300.100.1.1", SOAP + "name", SOAP + "upn",
                    "preferred_username", "email"),
            List.of("email", "mail", "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1",
                    SOAP + "emailaddress"),
            List.of("groups", "group", "member", "memberOf", "Role", MICROSOFT + "groups", MICROSOFT + "role",
                    "http://schemas.xmlsoap.org/claims/Group"));

    static ClaimNames of(SignOnProvider provider) {
        ClaimNames usual = provider.kind() == Kind.SAML ? SAML : usual(provider.preset());
        return new ClaimNames(said(provider.nameClaim(), usual.name), said(provider.emailClaim(), usual.email),
                said(provider.groupsClaim(), usual.groups));
    }

    private static List<String> said(@Nullable String said, List<String> usual) {
        return said == null ? usual : List.of(said);
    }

    private static ClaimNames usual(Preset preset) {
        return switch (preset) {
            // Entra: application roles stand in roles; groups are ids, and missing beyond 200 of them.
            case ENTRA -> new ClaimNames(List.of("preferred_username", "upn", "email"), List.of("email"),
                    List.of("roles", "groups"));
            case OKTA, KEYCLOAK -> new ClaimNames(List.of("preferred_username", "email"), List.of("email"),
                    List.of("groups"));
            case GOOGLE -> new ClaimNames(List.of("email"), List.of("email"), List.of("groups", "hd"));
            case ADFS -> new ClaimNames(
                    List.of("upn", "unique_name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"),
                    List.of("email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"),
                    List.of("group", "groups", "role", "http://schemas.xmlsoap.org/claims/Group"));
            case ACTIVE_DIRECTORY -> new ClaimNames(List.of("sAMAccountName", "userPrincipalName"), List.of("mail"),
                    List.of("memberOf"));
            case OTHER -> new ClaimNames(List.of("preferred_username", "username", "uid", "cn", "email"),
                    List.of("email", "mail"), List.of("groups", "memberOf", "Role"));
        };
    }
}
