package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.Kind;

/**
 * What the adapter of each kind of provider cannot do without, held against a draft before anybody calls it. Immutable.
 */
final class ProviderNeeds {
    private static final String PROTOCOLS = "protocols";
    private static final Set<String> KNOWN_PROTOCOLS = Set.of("openai_chat", "openai_responses", "anthropic_messages");
    /** Of an engine, or anybody's server: a key if it wants one, and the chat protocols that it has. */
    private static final Needs ANYBODY = new Needs(false, List.of(), List.of(PROTOCOLS));
    private static final Map<Kind, Needs> OF = new EnumMap<>(Map.ofEntries(
            Map.entry(Kind.OPENAI, new Needs(true, List.of(), List.of("organization", "project", PROTOCOLS))),
            Map.entry(Kind.AZURE_OPENAI, new Needs(true, List.of(), List.of("apiVersion"))),
            Map.entry(Kind.ANTHROPIC, new Needs(true, List.of(), List.of())),
            Map.entry(Kind.GEMINI, new Needs(true, List.of(), List.of())),
            Map.entry(Kind.VERTEX, new Needs(true, List.of("project", "location"), List.of())),
            Map.entry(Kind.BEDROCK, new Needs(true, List.of("region"), List.of())),
            Map.entry(Kind.DASHSCOPE, new Needs(true, List.of(), List.of(PROTOCOLS))),
            Map.entry(Kind.DEEPSEEK, new Needs(true, List.of(), List.of(PROTOCOLS))),
            Map.entry(Kind.MISTRAL, new Needs(true, List.of(), List.of(PROTOCOLS))),
            Map.entry(Kind.COHERE, new Needs(true, List.of(), List.of()))));

    /**
     * Of one kind.
     *
     * @param key whether calls are refused without a key
     * @param required options that must be there
     * @param allowed options that may be there besides
     */
    private record Needs(boolean key, List<String> required, List<String> allowed) {}

    private ProviderNeeds() {}

    /**
     * Names what is missing or unknown.
     *
     * @param hasKey whether it has a key when the draft is stored
     */
    static void check(Checks checks, UpstreamDraft draft, boolean hasKey) {
        Needs needs = OF.getOrDefault(draft.kind(), ANYBODY);
        checks.require(hasKey || !needs.key(), "apiKey",
                "is missing: an upstream of the kind " + draft.kind().id() + " needs a key. Give apiKey, or keys");
        needs.required().forEach(option -> checks.require(
                draft.options().containsKey(option)
                        || draft.region() != null && (option.equals("region") || option.equals("location")),
                "options." + option, "is missing: an upstream of the kind " + draft.kind().id() + " needs it"));
        List<String> known = new ArrayList<>(needs.required());
        known.addAll(needs.allowed());
        for (String option : new TreeSet<>(draft.options().keySet())) {
            checks.require(known.contains(option), "options." + option,
                    known.isEmpty()
                            ? "is unknown here: an upstream of the kind " + draft.kind().id() + " has no options"
                            : "is unknown for the kind " + draft.kind().id() + "; known are "
                                    + String.join(", ", known));
            String value = String.valueOf(draft.options().get(option));
            checks.require(!value.isBlank(),
                    "options." + option, "must not be blank; leave it out instead");
            checks.require(value.chars().allMatch(letter -> letter > 31 && letter < 127),
                    "options." + option, "must be printable ASCII: it travels in paths and headers");
        }
        String protocols = draft.options().get(PROTOCOLS);
        if (protocols != null && known.contains(PROTOCOLS)) {
            for (String protocol : protocols.split(",", -1)) {
                checks.require(KNOWN_PROTOCOLS.contains(protocol.strip()), "options." + PROTOCOLS,
                        "must be a list of openai_chat, openai_responses and anthropic_messages, with commas between"
                                + " them, the preferred one first");
            }
        }
    }

    /**
     * Whether a secret can be one of a kind. A service account of Google's is a JSON document; anything else travels in a
     * header as it is.
     */
    static boolean isPossible(Upstream.Kind kind, String secret) {
        return kind == Kind.VERTEX || secret.chars().allMatch(letter -> letter > 32 && letter < 127);
    }
}
