package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

final class HelpTest {

    static Stream<List<String>> commands() {
        List<List<String>> paths = new ArrayList<>();
        AdminCommands.all(Map.of()).forEach(line -> collect(line, List.of(), paths));
        return paths.stream();
    }

    private static void collect(CommandLine line, List<String> before, List<List<String>> paths) {
        List<String> path = new ArrayList<>(before);
        path.add(line.getCommandName());
        paths.add(path);
        line.getSubcommands().values().forEach(sub -> collect(sub, path, paths));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithAnExampleOfItself(List<String> path) {
        List<String> words = new ArrayList<>(path);
        words.add("--help");
        Shell.Result help = new Shell(Map.of()).run(words.toArray(String[]::new));
        assertThat(help.status()).isZero();
        assertThat(help.out()).contains("Usage:").contains("Example:")
                .contains("  gatehouse " + String.join(" ", path));
    }
}
