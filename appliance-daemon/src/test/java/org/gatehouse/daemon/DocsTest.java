package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import org.gatehouse.gateway.exchange.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/** What the documents name is there: links, files, commands, options, settings, error codes. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern COMMAND = Pattern.compile("^(?:bin/)?gatehouse (.+)$");
    /** Reasons that no rule of this release gives. */
    private static final Set<String> LATER = Set.of("content_policy_violation");

    @Test
    void linksLeadSomewhere() {
        List<String> dead = new ArrayList<>();
        for (String document : Snippet.documents()) {
            Path folder = DemoProcess.CHECKOUT.resolve(document).resolveSibling("");
            for (String link : all(LINK, String.join("\n", Snippet.lines(document)))) {
                if (link.startsWith("http")) {
                    continue;
                }
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty()
                        ? DemoProcess.CHECKOUT.resolve(document)
                        : folder.resolve(parts[0]).normalize();
                if (!Files.exists(target) || parts.length == 2 && !headings(target).contains(parts[1])) {
                    dead.add(document + ": " + link);
                }
            }
        }
        assertThat(dead).isEmpty();
    }

    @Test
    void filesThatAreNamedExist() throws IOException {
        Set<String> top;
        try (Stream<Path> entries = Files.list(DemoProcess.CHECKOUT)) {
            top = entries.map(path -> Objects.requireNonNull(path.getFileName()).toString())
                    .collect(Collectors.toSet());
        }
        List<String> missing = new ArrayList<>();
        for (String document : Snippet.documents()) {
            for (String code : all(CODE, String.join("\n", Snippet.lines(document)))) {
                String path = code.split("\\s", 2)[0];
                if (path.contains("/") && top.contains(path.substring(0, path.indexOf('/')))
                        && !path.matches(".*[…*{].*|.*/target/.*")
                        && !Files.exists(DemoProcess.CHECKOUT.resolve(path))) {
                    missing.add(document + ": " + path);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void commandsAndOptionsExist() {
        CommandLine root = Gatehouse.commandLine();
        List<String> unknown = new ArrayList<>();
        int seen = 0;
        for (String document : Snippet.documents()) {
            List<String> lines = new ArrayList<>(Snippet.lines(document));
            lines.addAll(all(CODE, String.join("\n", Snippet.lines(document))));
            for (String line : lines) {
                for (String words : all(COMMAND, line)) {
                    seen++;
                    check(root, words).ifPresent(word -> unknown.add(document + ": " + line + ": " + word));
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(seen).isGreaterThan(30);
    }

    /** The first word that is neither a command nor one of its options. */
    private static java.util.Optional<String> check(CommandLine root, String words) {
        CommandLine command = root;
        for (String word : words.split("[\\s,\\[\\]]+")) {
            String option = word.split("=", 2)[0];
            if (option.matches("--?[a-z][a-z-]*")) {
                if (!command.getCommandSpec().optionsMap().containsKey(option)) {
                    return java.util.Optional.of(word);
                }
            } else if (command.getSubcommands().containsKey(word)) {
                command = command.getSubcommands().get(word);
            } else if (command == root) {
                return java.util.Optional.of(word);
            } else if (word.matches("[>|;&#].*")) {
                return java.util.Optional.empty();
            }
        }
        return java.util.Optional.empty();
    }

    @Test
    void settingsOfTheDocumentationAreSettings(@TempDir Path directory) throws IOException {
        Snippet settings = Snippet.of("docs/operations.md").stream()
                .filter(snippet -> "yaml".equals(snippet.language())).findFirst().orElseThrow();
        String everything = settings.text().replaceAll("(?m)^( *)# ( *)([a-z-]+:)", "$1$2$3");
        Path file = Files.writeString(directory.resolve("appliance.yaml"), everything);

        Settings read = Settings.read(file, true, Map.of());

        assertThat(read.management()).isNotNull();
        assertThat(read.database().url()).isNotNull();
        assertThat(read.listen().key()).isNotNull();
        for (Class<? extends Record> group : List.of(Settings.class, Settings.Listen.class, Settings.Management.class,
                Settings.DatabasePlace.class)) {
            for (var setting : group.getRecordComponents()) {
                String name = setting.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                // The password may stand in the file, but nobody should be told so.
                if (!name.equals("password")) {
                    assertThat(everything).containsPattern("(?m)^ *" + name + ":");
                }
            }
        }
    }

    @Test
    void errorTableOfTheContractIsWhatTheBoxSays() throws IOException {
        String contract = String.join("\n", Snippet.lines("docs/contract.md"));
        String table = contract.substring(contract.indexOf("## Errors"), contract.indexOf("An upstream's own 400"));
        Set<String> promised = new TreeSet<>();
        table.lines().filter(line -> line.startsWith("| ") && line.contains("_"))
                .forEach(line -> promised.addAll(all(CODE, line.substring(line.lastIndexOf('|', line.length() - 2)))));
        for (Reason reason : Reason.values()) {
            if (!LATER.contains(reason.code())) {
                assertThat(promised).contains(reason.code());
                promised.remove(reason.code());
            }
        }
        // The rest is said by other doors than the gateway's.
        String sources = sources();
        assertThat(promised).allMatch(code -> sources.contains("\"" + code + "\""));
        for (Reason reason : Reason.values()) {
            if (!LATER.contains(reason.code())) {
                assertThat(table.lines().filter(line -> line.contains("`" + reason.code() + "`")).findFirst()
                        .orElseThrow()).contains(String.valueOf(reason.status()));
            }
        }
    }

    private static String sources() throws IOException {
        StringBuilder text = new StringBuilder();
        Path main = DemoProcess.CHECKOUT.resolve("appliance-daemon/src/main/java");
        try (Stream<Path> files = Files.find(main, 20, (path, _) -> path.toString().endsWith(".java"))) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group)
                .map(found -> pattern.matcher(found).replaceFirst("$1")).toList();
    }

    /** As the usual web views of a repository name them. */
    private static Set<String> headings(Path document) {
        return Snippet.lines(DemoProcess.CHECKOUT.relativize(document).toString()).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
