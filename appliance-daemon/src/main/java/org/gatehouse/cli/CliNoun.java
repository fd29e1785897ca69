package org.gatehouse.cli;

import java.util.List;

/**
 * A noun of the admin API as the command line knows it.
 *
 * @param name as in the API's paths
 * @param one one of them
 * @param columns what a table of them shows
 * @param filters members to narrow a list by: option and query parameter
 * @param members what can be set
 * @param example how to make one, behind {@code gatehouse <noun> create}
 */
record CliNoun(String name, String one, List<String> columns, List<Member> filters, List<Member> members,
        String example) {

    /** Copies the lists. */
    CliNoun {
        columns = List.copyOf(columns);
        filters = List.copyOf(filters);
        members = List.copyOf(members);
    }

    /** How one of them is named on the command line. */
    String label() {
        return switch (name) {
            case "departments", "users", "sign-on", "machine-clients", "upstreams", "models", "deployments" -> "NAME";
            case "projects" -> "DEPARTMENT/PROJECT";
            case "keys" -> "KEY";
            default -> "ID";
        };
    }

    /** An example of such a name. */
    String exampleName() {
        return switch (name) {
            case "departments" -> "Research";
            case "projects" -> "Research/Search";
            case "users" -> "ada";
            case "sign-on" -> "corp";
            case "keys" -> "Research/Search/ci";
            case "machine-clients" -> "build-robot";
            case "upstreams" -> "openai";
            case "models" -> "gpt-4o";
            case "deployments" -> "chat";
            default -> "019a6b1c-0000-7000-8000-000000000001";
        };
    }
}
