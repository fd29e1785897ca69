package org.gatehouse.cli;

import java.util.List;

import org.gatehouse.cli.Member.Kind;

/** The nouns, with what can be said about them. */
final class CliNouns {
    private static final Member NAME_FILTER = Member.of("--name", "name", Kind.TEXT, "Only those of that name.");
    private static final Member SCOPE = Member.needed("--scope", "scope", Kind.SCOPE,
            "Whom it binds: organisation, department:NAME, project:DEPARTMENT/PROJECT, user:NAME or"
                    + " key:DEPARTMENT/PROJECT/KEY.");

    private CliNouns() {}

    static List<CliNoun> all() {
        return List.of(departments(), projects(), users(), signOn(), keys(), machineClients(), limits(), budgets(),
                upstreams(), models(),
                prices(),
                policies());
    }

    private static CliNoun departments() {
        return new CliNoun("departments", "department", List.of("name", "weight", "description", "id"),
                List.of(NAME_FILTER),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.of("--description", "description", Kind.TEXT, "Free text; null removes it."),
                        Member.of("--weight", "weight", Kind.NUMBER, "1 to 100: its share where departments wait for a"
                                + " local model's places.")),
                "--name Research");
    }

    private static CliNoun projects() {
        return new CliNoun("projects", "project", List.of("department", "name", "models", "description", "id"),
                List.of(NAME_FILTER,
                        Member.of("--department", "department", Kind.DEPARTMENT, "Only those of that department.")),
                List.of(Member.needed("--department", "departmentId", Kind.DEPARTMENT, "The department it belongs to."),
                        Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.of("--model", "models", Kind.WORDS, "A public model that its keys may use, and none"
                                + " but these; * for every one. Repeatable."),
                        Member.of("--description", "description", Kind.TEXT, "Free text; null removes it.")),
                "--department Research --name Search");
    }

    private static CliNoun users() {
        return new CliNoun("users", "user", List.of("name", "email", "active", "roles", "breakGlass", "id"),
                List.of(NAME_FILTER,
                        Member.of("--department", "department", Kind.DEPARTMENT,
                                "Only those who lead that department."),
                        Member.of("--project", "project", Kind.PROJECT, "Only those who develop in that project.")),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Their name."),
                        Member.of("--email", "email", Kind.TEXT, "Where to reach them; null removes it."),
                        Member.of("--role", "roles", Kind.WORDS, "What they are to the box: appliance_admin,"
                                + " governance_admin, finance, auditor, department_lead or developer. Repeatable."),
                        Member.of("--lead-of", "departments", Kind.DEPARTMENTS, "A department that they lead."
                                + " Repeatable."),
                        Member.of("--develops-in", "projects", Kind.PROJECTS, "A project that they develop in."
                                + " Repeatable."),
                        Member.of("--inactive", "active", Kind.OFF, "They may not sign in, and their keys do not"
                                + " work."),
                        Member.of("--active", "active", Kind.ON, "They may, and their keys do: the default.")),
                "--name ada --email ada@example.com --role department_lead --lead-of Research");
    }

    private static CliNoun signOn() {
        return new CliNoun("sign-on", "sign-on provider", List.of("name", "title", "kind", "preset", "enabled", "id"),
                List.of(NAME_FILTER),
                List.of(Member.needed("--name", "name", Kind.TEXT,
                        "Its name; part of the addresses that it must know."),
                        Member.needed("--kind", "kind", Kind.TEXT, "oidc, saml or ldap."),
                        Member.of("--title", "title", Kind.TEXT, "What people read on the button."),
                        Member.of("--preset", "preset", Kind.TEXT, "entra, okta, google, keycloak, adfs,"
                                + " active_directory or other."),
                        Member.of("--issuer", "oidc.issuer", Kind.TEXT, "Its issuer, exactly as its tokens say."),
                        Member.of("--client-id", "oidc.clientId", Kind.TEXT, "What it calls this box."),
                        Member.of("--saml-metadata", "saml", Kind.SAML_METADATA, "The file with a SAML provider's"
                                + " metadata: its name, its address, its certificates."),
                        Member.of("--saml-certificates", "saml.certificates", Kind.FILE,
                                "The file with its certificates"
                                        + " (PEM)."),
                        Member.of("--saml-name-format", "saml.nameFormat", Kind.TEXT, "What it is asked to call people"
                                + " by: persistent, email or unspecified."),
                        Member.of("--saml-subject", "saml.subjectAttribute", Kind.TEXT,
                                "The attribute that names people"
                                        + " for ever; the NameID when left out."),
                        Member.of("--saml-audience", "saml.ownEntityId", Kind.TEXT,
                                "What it calls this box; the address"
                                        + " of this box's metadata when left out."),
                        Member.of("--directory", "ldap.servers", Kind.WORDS, "A server, as ldaps://host:636."
                                + " Repeatable."),
                        Member.of("--base-dn", "ldap.baseDn", Kind.TEXT, "Where people are in the directory."),
                        Member.of("--bind-dn", "ldap.bindDn", Kind.TEXT, "Who searches there."),
                        Member.of("--user-filter", "ldap.userFilter", Kind.TEXT, "How somebody is found; {name} stands"
                                + " for what they typed."),
                        Member.of("--group-base-dn", "ldap.groupBaseDn", Kind.TEXT, "Where groups are that name their"
                                + " members."),
                        Member.of("--secret-env", "secret", Kind.SECRET_FROM_VARIABLE, "The environment variable that"
                                + " holds the client's secret or the searcher's password."),
                        Member.of("--secret-file", "secret", Kind.SECRET_FROM_FILE, "The file that holds it."),
                        Member.of("--public-url", "publicUrl", Kind.TEXT, "Where browsers reach the box."),
                        Member.of("--groups-claim", "groupsClaim", Kind.TEXT, "The claim with the groups."),
                        Member.of("--name-claim", "nameClaim", Kind.TEXT, "The claim to name users by."),
                        Member.of("--map", "mappings", Kind.MAPPINGS, "What a group makes of people: a role,"
                                + " department:NAME or project:DEPARTMENT/PROJECT. Repeatable."),
                        Member.of("--default-role", "defaultRoles", Kind.WORDS, "What everybody is whom it vouches"
                                + " for. Repeatable."),
                        Member.of("--allow-private", "privateAddressesAllowed", Kind.ON, "It may live on a private"
                                + " address."),
                        Member.of("--enabled", "enabled", Kind.ON, "People can sign on with it: the default."),
                        Member.of("--disabled", "enabled", Kind.OFF, "They can't.")),
                "--name corp --kind oidc --preset entra --issuer https://login.microsoftonline.com/TENANT/v2.0"
                        + " --client-id 00000000-0000-0000-0000-000000000000 --secret-env CLIENT_SECRET"
                        + " --map ai-admins=governance_admin");
    }

    private static CliNoun keys() {
        return new CliNoun("keys", "key",
                List.of("department", "project", "name", "publicId", "state", "owner", "models", "expiresAt",
                        "lastUsedAt", "id"),
                List.of(NAME_FILTER,
                        Member.of("--department", "department", Kind.DEPARTMENT, "Only those of that department."),
                        Member.of("--project", "project", Kind.PROJECT, "Only those of that project."),
                        Member.of("--owner", "owner", Kind.USER, "Only those of that user."),
                        Member.of("--state", "state", Kind.TEXT, "Only those that are active, disabled or revoked.")),
                List.of(Member.needed("--project", "projectId", Kind.PROJECT, "The project it belongs to."),
                        Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.of("--owner", "ownerId", Kind.USER, "The owning user."),
                        Member.of("--model", "models", Kind.WORDS, "A public model it may use; every one if none is"
                                + " named. Repeatable."),
                        Member.of("--surface", "surfaces", Kind.WORDS, "A surface it may call, such as"
                                + " chat.completions; every one if none is named. Repeatable."),
                        Member.of("--address", "addresses", Kind.WORDS, "An address or CIDR range from where it may be"
                                + " used; anywhere if none is named. Repeatable."),
                        Member.of("--expires", "expiresAt", Kind.TEXT, "When it ends, as 2027-01-01T00:00:00Z; null:"
                                + " never."),
                        Member.of("--limit", "limits", Kind.LIMITS, "A limit of its own, as requests_per_minute=60."
                                + " Only when it is made. Repeatable."),
                        Member.of("--budget", "budgets", Kind.BUDGETS, "A hard budget of its own, as month=100.00."
                                + " Only when it is made. Repeatable.")),
                "--project Research/Search --name ci --limit requests_per_minute=60 --budget month=100.00");
    }

    private static CliNoun machineClients() {
        return new CliNoun("machine-clients", "machine client",
                List.of("name", "department", "project", "key", "enabled", "secretRefused", "id"),
                List.of(NAME_FILTER, Member.of("--key", "key", Kind.KEY, "Only those that show that key.")),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.needed("--key", "keyId", Kind.KEY, "The key that its calls are counted under."),
                        Member.of("--issuer", "token.issuer", Kind.TEXT, "Who signs the access tokens that it brings."),
                        Member.of("--keys-url", "token.keysUrl", Kind.TEXT, "Where the issuer's keys are; where its"
                                + " discovery document says when left out."),
                        Member.of("--audience", "token.audience", Kind.TEXT, "Whom tokens must be meant for."),
                        Member.of("--claim", "token.claim", Kind.TEXT, "Which claim names the program: sub when left"
                                + " out."),
                        Member.of("--value", "token.value", Kind.TEXT, "What that claim must say."),
                        Member.of("--allow-private", "token.privateAddressesAllowed", Kind.ON,
                                "The issuer may live on a"
                                        + " private address."),
                        Member.of("--trust", "token.trustedCertificates", Kind.FILE, "The file with PEM certificates to"
                                + " trust for the issuer."),
                        Member.of("--certificate", "certificate.name", Kind.TEXT,
                                "The client certificate that it brings:"
                                        + " sha256:FINGERPRINT, dns:NAME, uri:URI, email:ADDRESS or subject:DN."),
                        Member.of("--without-secret", "secretRefused", Kind.ON, "The key's own secrets are refused."),
                        Member.of("--with-secret", "secretRefused", Kind.OFF, "They are not: the default."),
                        Member.of("--enabled", "enabled", Kind.ON, "It may call: the default."),
                        Member.of("--disabled", "enabled", Kind.OFF, "It may not.")),
                "--name build-robot --key Research/Search/build-robot --issuer https://id.example.com/realms/corp"
                        + " --audience gatehouse --claim azp --value build-robot --without-secret");
    }

    private static CliNoun limits() {
        return new CliNoun("limits", "limit", List.of("scope.type", "scope.name", "kind", "amount", "id"),
                List.of(), List.of(SCOPE,
                        Member.needed("--kind", "kind", Kind.TEXT, "requests_per_minute, tokens_per_minute,"
                                + " input_tokens_per_minute, output_tokens_per_minute, concurrent_requests,"
                                + " total_tokens, total_input_tokens or total_output_tokens."),
                        Member.needed("--amount", "amount", Kind.NUMBER, "The ceiling.")),
                "--scope department:Research --kind tokens_per_minute --amount 100000");
    }

    private static CliNoun budgets() {
        return new CliNoun("budgets", "budget",
                List.of("scope.type", "scope.name", "period", "amount", "currency", "hard", "id"), List.of(),
                List.of(SCOPE, Member.needed("--period", "period", Kind.TEXT, "day or month."),
                        Member.needed("--amount", "amount", Kind.TEXT, "The ceiling, as 100.00."),
                        Member.of("--soft", "hard", Kind.OFF, "Only alert when it is used up."),
                        Member.of("--hard", "hard", Kind.ON, "Refuse calls when it is used up: the default.")),
                "--scope department:Research --period month --amount 500.00");
    }

    private static CliNoun upstreams() {
        return new CliNoun("upstreams", "upstream",
                List.of("name", "kind", "baseUrl", "local", "simulated", "apiKeySet", "id"), List.of(NAME_FILTER),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.needed("--base-url", "baseUrl", Kind.TEXT, "Where its API starts, as"
                                + " https://api.openai.com/v1."),
                        Member.of("--kind", "kind", Kind.TEXT, "openai_compatible, openai, azure_openai,"
                                + " anthropic, gemini, vertex, bedrock, dashscope, deepseek, mistral, cohere, vllm,"
                                + " sglang, llama_cpp, tensorrt_llm or transformers."),
                        Member.of("--api-key-env", "apiKey", Kind.SECRET_FROM_VARIABLE, "The environment variable that"
                                + " holds its API key."),
                        Member.of("--api-key-file", "apiKey", Kind.SECRET_FROM_FILE, "The file that holds its API"
                                + " key."),
                        Member.of("--region", "region", Kind.TEXT, "Where it works, for residency rules; null removes"
                                + " it."),
                        Member.of("--option", "options", Kind.OPTIONS, "What its kind needs besides, as"
                                + " project=my-project. Repeatable."),
                        Member.of("--local", "local", Kind.ON, "It runs on this box."),
                        Member.of("--allow-private", "privateAddressesAllowed", Kind.ON, "It may live on a private"
                                + " address."),
                        Member.of("--simulated", "simulated", Kind.ON, "Its answers are simulated."),
                        Member.of("--priority-scheduling", "priorityScheduling", Kind.ON, "It is an engine that"
                                + " heeds the priority that policies give."),
                        Member.of("--no-priority-scheduling", "priorityScheduling", Kind.OFF, "It is told no"
                                + " priority: the default."),
                        Member.of("--connect-timeout", "timeouts.connectMillis", Kind.NUMBER, "Until the connection"
                                + " stands, in ms."),
                        Member.of("--first-byte-timeout", "timeouts.firstByteMillis", Kind.NUMBER, "Until the reply"
                                + " begins, in ms."),
                        Member.of("--idle-timeout", "timeouts.idleMillis", Kind.NUMBER, "Between two pieces of the"
                                + " reply, in ms."),
                        Member.of("--total-timeout", "timeouts.totalMillis", Kind.NUMBER, "Of the whole call, in"
                                + " ms.")),
                "--name openai --base-url https://api.openai.com/v1 --api-key-env OPENAI_API_KEY");
    }

    private static CliNoun models() {
        return new CliNoun("models", "model",
                List.of("name", "tokenizer", "contextTokens", "maxOutputTokens", "targets", "id"), List.of(NAME_FILTER),
                List.of(Member.needed("--name", "name", Kind.TEXT, "What clients ask for."),
                        Member.needed("--target", "targets", Kind.TARGETS, "The upstream and what it calls the model."
                                + " Repeatable."),
                        Member.of("--tokenizer", "tokenizer", Kind.TEXT, "cl100k_base, o200k_base, engine or unknown."),
                        Member.of("--context", "contextTokens", Kind.NUMBER, "The longest prompt and reply together,"
                                + " in tokens."),
                        Member.of("--max-output", "maxOutputTokens", Kind.NUMBER, "The longest reply, in tokens."),
                        Member.of("--surface", "surfaces", Kind.WORDS, "What it can be called on. Repeatable."),
                        Member.of("--cache-seconds", "cache.ttlSeconds", Kind.NUMBER, "Answers are kept for so long,"
                                + " for the same question asked again."),
                        Member.of("--cache-sharing", "cache.sharing", Kind.TEXT, "Whose keys share kept answers: key,"
                                + " project or department."),
                        Member.of("--cache-largest", "cache.largestEntryBytes", Kind.NUMBER, "What one kept answer may"
                                + " take of memory, in bytes."),
                        Member.of("--cache-any-temperature", "cache.anyTemperature", Kind.ON, "Answers drawn by chance"
                                + " are kept too."),
                        Member.of("--strategy", "route.strategy", Kind.TEXT, "How a target is chosen: weighted,"
                                + " least_in_flight, lowest_latency, cheapest, complexity or priority."),
                        Member.of("--try-strategy", "route.dryRun", Kind.TEXT, "A strategy that is asked too and only"
                                + " recorded; null for none."),
                        Member.of("--local-only", "route.residency.localOnly", Kind.ON, "Its calls may not leave the"
                                + " box."),
                        Member.of("--not-local-only", "route.residency.localOnly", Kind.OFF, "They may: the"
                                + " default.")),
                "--name gpt-4o --target openai=gpt-4o --tokenizer o200k_base --context 128000");
    }

    private static CliNoun prices() {
        return new CliNoun("prices", "price",
                List.of("model", "upstream", "validFrom", "currency", "inputPerMillion", "outputPerMillion", "warning",
                        "id"),
                List.of(Member.of("--model", "model", Kind.MODEL, "Only those of that model.")),
                List.of(Member.needed("--model", "modelId", Kind.MODEL, "The model."),
                        Member.of("--upstream", "upstreamId", Kind.UPSTREAM, "The upstream; any if none is named."),
                        Member.of("--from", "validFrom", Kind.TEXT, "From when it holds, as 2027-01-01T00:00:00Z."),
                        Member.of("--input", "inputPerMillion", Kind.TEXT, "Per 1,000,000 input tokens."),
                        Member.of("--output-tokens", "outputPerMillion", Kind.TEXT, "Per 1,000,000 output tokens."),
                        Member.of("--cached-input", "cachedInputPerMillion", Kind.TEXT, "Per 1,000,000 input tokens"
                                + " from the upstream's cache."),
                        Member.of("--cache-write", "cacheWritePerMillion", Kind.TEXT, "Per 1,000,000 input tokens"
                                + " written to the upstream's cache."),
                        Member.of("--long-cache-write", "longCacheWritePerMillion", Kind.TEXT, "Per 1,000,000 input"
                                + " tokens written to it for an hour."),
                        Member.of("--audio-input", "media.audioInputPerMillion", Kind.TEXT, "Per 1,000,000 input"
                                + " tokens of sound."),
                        Member.of("--audio-output", "media.audioOutputPerMillion", Kind.TEXT, "Per 1,000,000 output"
                                + " tokens of sound."),
                        Member.of("--image-input", "media.imageInputPerMillion", Kind.TEXT, "Per 1,000,000 input"
                                + " tokens of pictures."),
                        Member.of("--image-output", "media.imageOutputPerMillion", Kind.TEXT, "Per 1,000,000 output"
                                + " tokens of pictures."),
                        Member.of("--per-second", "perSecond", Kind.TEXT, "Per second of audio."),
                        Member.of("--per-image", "perImage", Kind.TEXT, "Per picture."),
                        Member.of("--per-million-characters", "perMillionCharacters", Kind.TEXT, "Per 1,000,000"
                                + " characters spoken."),
                        Member.of("--per-call", "perCall", Kind.TEXT, "Per call."),
                        Member.of("--per-kilowatt-hour", "perKilowattHour", Kind.TEXT, "Per kilowatt-hour of its GPUs,"
                                + " for a local model."),
                        Member.of("--per-gpu-hour", "perGpuHour", Kind.TEXT, "Per hour of each GPU that it holds, for"
                                + " a local model.")),
                "--model gpt-4o --input 2.50 --output-tokens 10.00");
    }

    private static CliNoun policies() {
        return new CliNoun("policies", "policy",
                List.of("scope.type", "scope.name", "recording.bodies", "recording.retentionDays", "priority",
                        "prefixCache", "waitSeconds", "exactCache", "callClass", "id"),
                List.of(),
                List.of(SCOPE,
                        Member.of("--bodies", "recording.bodies", Kind.TEXT, "none, requests, replies or both."),
                        Member.of("--days", "recording.retentionDays", Kind.NUMBER, "For how many days."),
                        Member.of("--priority", "priority", Kind.NUMBER, "Who goes first at an engine with priority"
                                + " scheduling: -10 (earliest) to 10."),
                        Member.of("--prefix-cache", "prefixCache", Kind.TEXT, "With whom keys share what engines"
                                + " remember of prompts: department, key or box."),
                        Member.of("--wait-seconds", "waitSeconds", Kind.NUMBER, "How long a call may wait for its"
                                + " turn, or for a model that loads."),
                        Member.of("--exact-cache", "exactCache", Kind.ON, "Calls may be answered with kept answers."),
                        Member.of("--no-exact-cache", "exactCache", Kind.OFF, "They may not."),
                        Member.of("--class", "callClass", Kind.TEXT, "interactive, or batch: behind those that"
                                + " somebody waits for.")),
                "--scope department:Research --bodies both --days 30");
    }
}
