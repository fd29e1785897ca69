package org.gatehouse.setup.wizard.question;

import java.util.List;
import java.util.Optional;

import static org.gatehouse.setup.wizard.question.Ask.option;

/** All steps of set-up, in their order. */
public final class Steps {
    // The organization says in which currency prices are, and that can't change while there are any: so it comes before the providers.
    private static final List<Step> ALL = List.of(machine(), certificate(), administrator(), SignOnQuestions.step(),
            organization(), providers(), LocalModelQuestions.step(), SafekeepingQuestions.step(), firstKey());

    private Steps() {}

    /** Every step, first to last. */
    public static List<Step> all() {
        return ALL;
    }

    /** One step by its name in the API. */
    public static Optional<Step> named(String name) {
        return ALL.stream().filter(step -> step.name().equals(name)).findFirst();
    }

    private static Step machine() {
        return new Step("machine", "Name, time and network",
                "What this box is called, what time it is, and how it is reached.",
                List.of(Ask.of("name", "Name", "The host name of this box.").needed().example("gatehouse-1").line(),
                        Ask.of("timeZone", "Time zone", "By its IANA name. Reports count days in it.").needed()
                                .usual("Etc/UTC").example("Europe/Berlin").line(),
                        Ask.of("ntpServers", "Time servers",
                                "NTP servers; without any, those that DHCP names, else none.")
                                .example("time.example.com").list(),
                        Ask.of("network", "Network", "How this box is reached.").needed().group(
                                Ask.of("mode", "Addresses", "Where the address comes from.").needed()
                                        .usual("unchanged")
                                        .choice(option("unchanged", "as it is now"), option("dhcp", "from DHCP"),
                                                option("static", "fixed")),
                                Ask.of("device", "Network card", "The one that is set.").needed()
                                        .when("mode", "dhcp", "static").example("eth0").line(),
                                Ask.of("address", "Address", "With the length of the prefix.").needed()
                                        .when("mode", "static").example("192.0.2.10/24").line(),
                                Ask.of("gateway", "Gateway", "The router; in the network of the address.").needed()
                                        .when("mode", "static").example("192.0.2.1").line(),
                                Ask.of("vlan", "VLAN", "1 to 4094; nothing for none.").when("mode", "dhcp", "static")
                                        .example("120").whole(),
                                Ask.of("dns", "Name servers", "Addresses of DNS servers.")
                                        .when("mode", "dhcp", "static").example("192.0.2.53").list(),
                                Ask.of("searchDomains", "Search domains", "Domains that short names are looked up in.")
                                        .when("mode", "dhcp", "static").example("example.com").list()),
                        Ask.of("proxy", "HTTP proxy", "Only where commercial providers are behind one.").group(
                                Ask.of("url", "Proxy", "Its address; nothing for none.").needed()
                                        .example("http://proxy.example.com:3128").line(),
                                Ask.of("user", "Proxy user", "Who signs in there; nothing for nobody.")
                                        .example("gatehouse").line(),
                                Ask.of("password", "Proxy password",
                                        "Of that user; left out, the one that is there stays.")
                                        .example("PROXY_PASSWORD").secret(),
                                Ask.of("exceptions", "Not for", "Hosts that are reached directly.")
                                        .example("localhost, .example.com").list())));
    }

    private static Step certificate() {
        return new Step("certificate", "Certificate",
                "What clients see when they connect. The box has made one for itself; most companies put their own in its place.",
                List.of(Ask.of("kind", "Kind", "Where the certificate comes from.").needed().usual("self_signed")
                        .choice(option("self_signed", "by the box"), option("upload", "your own"),
                                option("csr", "by your CA"), option("acme", "by a CA in the network (ACME)")),
                        Ask.of("names", "Names", "Host names and addresses that clients use for this box.")
                                .example("gatehouse.example.com, 192.0.2.10").list(),
                        Ask.of("certificatePem", "Certificate",
                                "The chain in PEM, the box's own first. With csr: once it is signed.")
                                .when("kind", "upload", "csr").example("/media/usb/chain.pem").file(),
                        Ask.of("privateKeyPem", "Private key", "In PEM, not encrypted.").needed()
                                .when("kind", "upload").example("/media/usb/key.pem").secretFile(),
                        Ask.of("acme", "Authority", "Which CA in the network gives it.").needed().when("kind", "acme")
                                .group(
                                        Ask.of("directory", "Directory", "The CA's ACME directory address.").needed()
                                                .example("https://ca.example.com/acme/directory").line(),
                                        Ask.of("termsAgreed", "Terms", "Whether you agree to the CA's terms.")
                                                .usual("false").yesNo(),
                                        Ask.of("email", "Mail address", "Whom the CA tells of trouble.")
                                                .example("it@example.com").line(),
                                        Ask.of("bindingKeyId", "Account's key id",
                                                "Only where the CA wants an account that you have there.")
                                                .example("kid-1").line(),
                                        Ask.of("bindingKey", "Account's key", "Of that account, base64url.")
                                                .example("ACME_BINDING_KEY").secret(),
                                        Ask.of("trustedCertificates", "Trusted",
                                                "PEM certificates to trust for the directory.")
                                                .example("/media/usb/company-ca.pem").file(),
                                        Ask.of("privateAddressesAllowed", "Inside",
                                                "Whether the directory may be at a private address.")
                                                .usual("false").yesNo(),
                                        Ask.of("httpPort", "Port",
                                                "The box's port at which the CA's calls to port 80 arrive.")
                                                .usual("80").whole())));
    }

    private static Step administrator() {
        return new Step("administrator", "Administrator",
                "Somebody who gets in when nothing else works: a password and a one-time code, no sign-on provider.",
                List.of(Ask.of("name", "Login name", "Lower case letters, digits, dots and hyphens.").needed()
                        .usual("admin").example("admin").line(),
                        Ask.of("email", "Mail address", "Where this person is reached.").example("it@example.com")
                                .line(),
                        Ask.of("password", "Password", "At least 12 characters; longer is better than stranger.")
                                .needed().example("GATEHOUSE_ADMIN_PASSWORD").secret(),
                        Ask.of("oneTimeCodeSecret", "One-time code secret",
                                "Base32, as the administrator's authenticator app has it. A person at a terminal is given one instead.")
                                .needed().example("{fromEnv: GATEHOUSE_ADMIN_CODE_SECRET}").anything()));
    }

    private static Step providers() {
        return new Step("providers", "Commercial providers",
                "Whose models this box may call, with the keys of your contracts. Each key is tried before it is kept.",
                List.of(Ask.of("upstreams", "Upstreams", "Accounts at providers.").needed().several(
                        Ask.of("name", "Name", "What you call this account.").needed().example("openai-main").line(),
                        Ask.of("kind", "Kind", "How it speaks, such as openai, anthropic or gemini.").needed()
                                .example("openai").line(),
                        Ask.of("baseUrl", "Base address", "Only where it is not the provider's usual one.")
                                .example("https://api.openai.com/v1").line(),
                        Ask.of("apiKey", "API key",
                                "Sealed on this box and never shown; left out, the one that is there stays.")
                                .example("OPENAI_API_KEY").secret(),
                        Ask.of("models", "Models", "Which of its models people here may call.").several(
                                Ask.of("name", "Public name", "What callers write.").needed().example("gpt-4o")
                                        .line(),
                                Ask.of("upstreamModel", "Its name there",
                                        "The same as the public name where it is left out.")
                                        .example("gpt-4o").line(),
                                Ask.of("inputPerMillion", "Price in", "For a million tokens of input.")
                                        .example("2.50").money(),
                                Ask.of("outputPerMillion", "Price out", "For a million tokens of output.")
                                        .example("10.00").money()),
                        Ask.of("region", "Region", "Where it works, for kinds that ask for it.")
                                .example("eu-central-1").line(),
                        Ask.of("privateAddressesAllowed", "Inside", "Whether it may be on a private address.")
                                .usual("false").yesNo(),
                        Ask.of("options", "Options", "What its kind needs besides.").anything(),
                        Ask.of("simulated", "Simulated", "Whether its answers are simulated.").anything()),
                        Ask.of("currency", "Currency", "Of the prices; the organization's where left out.")
                                .anything()));
    }

    private static Step organization() {
        return new Step("organization", "Departments and rules",
                "Who pays for calls, and how strict the box is from the first day. All of it can be changed later.",
                List.of(Ask.of("departments", "Departments", "Those who get budgets.").needed().several(
                        Ask.of("name", "Name", "The department.").needed().example("Research").line(),
                        Ask.of("monthlyBudget", "Monthly budget", "In the currency below; nothing for none.")
                                .example("5000.00").money(),
                        Ask.of("projects", "Projects", "Keys belong to projects.").example("search, assistant")
                                .list()),
                        Ask.of("currency", "Currency", "Three letters.").usual("USD").example("EUR").line(),
                        Ask.of("preset", "Rules",
                                "open: only records; balanced: also hard budgets and rates; strict: also local models only.")
                                .needed().usual("balanced").choice(
                                        option("open", "open"), option("balanced", "balanced"),
                                        option("strict", "strict"))));
    }

    private static Step firstKey() {
        return new Step("first-key", "First key and test call",
                "A key for a project, and one call through the whole gateway to see that it works.",
                List.of(Ask.of("department", "Department", "One of those made before.").needed().example("Research")
                        .line(),
                        Ask.of("project", "Project", "One of its projects.").needed().example("search").line(),
                        Ask.of("name", "Name of the key", "Who or what will use it.").needed().usual("first-key")
                                .example("first-key").line(),
                        Ask.of("models", "Models",
                                "Public names that it may call, the first one is tried; nothing for all.")
                                .example("gpt-4o").list(),
                        Ask.of("prompt", "Test question", "What the model is asked.").example("Say hello.").line()));
    }
}
