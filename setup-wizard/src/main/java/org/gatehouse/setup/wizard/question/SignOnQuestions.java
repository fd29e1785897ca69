package org.gatehouse.setup.wizard.question;

import java.util.List;

import static org.gatehouse.setup.wizard.question.Ask.option;

/** What the step {@code sign-on} asks: the members of a sign-on provider as the admin API has them. */
final class SignOnQuestions {
    private SignOnQuestions() {}

    static Step step() {
        return new Step("sign-on", "Company sign-on",
                "People log in with the account that they have. The provider is asked right now whether it knows this box.",
                List.of(Ask.of("name", "Name", "Short, lower case; part of the address that the provider must know.")
                        .needed().usual("company").example("company").line(),
                        Ask.of("title", "On the button", "What people read; the name where it is left out.")
                                .example("Company account").line(),
                        Ask.of("kind", "Kind", "How it speaks.").needed().usual("oidc").choice(
                                option("oidc", "OpenID Connect"), option("ldap", "LDAP directory")),
                        Ask.of("preset", "Product", "Hence what its claims are called.").usual("other").choice(
                                option("entra", "Entra ID"), option("okta", "Okta"), option("google", "Google"),
                                option("keycloak", "Keycloak"), option("adfs", "AD FS"),
                                option("active_directory", "Active Directory"), option("other", "another")),
                        oidc(), ldap(),
                        Ask.of("secret", "Secret", "The client's secret, or the password to search a directory with.")
                                .example("SIGN_ON_SECRET").secret(),
                        Ask.of("publicUrl", "Public address", "Where browsers reach this box.")
                                .example("https://gatehouse.example.com").line(),
                        Ask.of("privateAddressesAllowed", "Inside", "Whether it may be on a private address.")
                                .usual("false").yesNo(),
                        Ask.of("trustedCertificates", "CA certificates", "PEM, where a CA of yours vouches for it.")
                                .example("/media/usb/ca.pem").file(),
                        Ask.of("mappings", "Groups", "What groups of the provider make of people here.").several(
                                Ask.of("group", "Group", "Exactly as the provider says.").needed()
                                        .example("ai-admins").line(),
                                Ask.of("role", "Role", "What its members are; nothing for none.")
                                        .example("appliance_admin").line(),
                                Ask.of("department", "Leads", "The department that they lead.").example("Research")
                                        .line(),
                                Ask.of("project", "Develops in", "As department/project.").example("Research/search")
                                        .line()),
                        Ask.of("defaultRoles", "Everybody is", "Roles of whoever the provider vouches for.")
                                .example("developer").list(),
                        Ask.of("enabled", "Enabled", "Whether people can sign on with it.").anything(),
                        Ask.of("nameClaim", "Name claim", "The claim to name people by.").anything(),
                        Ask.of("emailClaim", "Mail claim", "The claim with the mail address.").anything(),
                        Ask.of("groupsClaim", "Groups claim", "The claim with the groups.").anything()));
    }

    private static Question oidc() {
        return Ask.of("oidc", "OpenID Connect", "As the provider's registration page shows it.").needed()
                .when("kind", "oidc").group(
                        Ask.of("issuer", "Issuer", "Exactly as the provider's tokens say.").needed()
                                .example("https://login.example.com/realms/company").line(),
                        Ask.of("clientId", "Client id", "What the provider calls this box.").needed()
                                .example("gatehouse").line(),
                        Ask.of("scopes", "Scopes", "openid, profile and email where left out.")
                                .example("openid, profile, email").list());
    }

    private static Question ldap() {
        return Ask.of("ldap", "Directory", "LDAP or Active Directory.").needed().when("kind", "ldap").group(
                Ask.of("servers", "Servers", "Tried in turn.").needed().example("ldaps://dc1.example.com:636").list(),
                Ask.of("startTls", "StartTLS", "Whether ldap:// servers are asked for TLS.").usual("true").yesNo(),
                Ask.of("bindDn", "Search as", "Who searches; nobody in particular where left out.")
                        .example("cn=gatehouse,dc=example,dc=com").line(),
                Ask.of("baseDn", "People below", "Where people are.").needed()
                        .example("ou=people,dc=example,dc=com").line(),
                Ask.of("userFilter", "Filter", "How somebody is found; {name} is what they typed.")
                        .example("(&(objectClass=person)(uid={name}))").line(),
                Ask.of("groupBaseDn", "Groups below", "Where groups are, if groups name their members.")
                        .example("ou=groups,dc=example,dc=com").line(),
                Ask.of("groupFilter", "Group filter", "How groups are found there; {dn} is the person's entry.")
                        .example("(member={dn})").line());
    }
}
