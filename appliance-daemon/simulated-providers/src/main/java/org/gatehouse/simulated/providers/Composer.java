package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/** Makes answers: the same one for the same request and seed. Immutable. */
final class Composer {
    private static final String[] WORDS = ("the box says that it made this up for you now but it will do as well as any"
            + " text can when no one has to read it so let it flow like rain on a roof at dusk and take no word of it"
            + " as true").split(" ");
    private static final String LABEL = "[simulated]";
    private static final int USUAL_THOUGHTS = 8;

    private final long seed;
    private final int usualTokens;

    Composer(long seed, int usualTokens) {
        this.seed = seed;
        this.usualTokens = usualTokens;
    }

    Answer compose(Ask ask) {
        Directive directive = ask.directive();
        int left = ask.most();
        List<String> thoughts = words(directive.count("thinking", ask.thinking() ? USUAL_THOUGHTS : 0), ~seed, left);
        left -= thoughts.size();
        List<Answer.Call> calls = new ArrayList<>();
        String stop = null;
        boolean cut = false;
        List<Ask.Tool> chosen = chosen(ask, directive);
        List<String> text = List.of();
        if (chosen.isEmpty() || directive.has("tokens")) {
            List<String> whole = text(ask, directive);
            stop = firstStop(String.join("", whole), ask.stops());
            if (stop != null) {
                String joined = String.join("", whole);
                whole = Tokenizer.pieces(joined.substring(0, joined.indexOf(stop)));
            }
            cut = whole.size() > left;
            text = cut ? whole.subList(0, left) : whole;
            left -= text.size();
        }
        for (Ask.Tool tool : stop == null && !cut ? chosen : List.<Ask.Tool>of()) {
            List<String> arguments = Tokenizer.pieces(Json.text(SchemaFiller.arguments(tool.schema())));
            cut = arguments.size() > left;
            calls.add(new Answer.Call(tool.name(), cut ? arguments.subList(0, left) : arguments));
            left -= Math.min(left, arguments.size());
            if (cut) {
                break;
            }
        }
        return new Answer(thoughts, text, calls, finish(directive, cut, stop != null, !calls.isEmpty()),
                literal(directive), cut ? null : stop);
    }

    private static Answer.Finish finish(Directive directive, boolean cut, boolean stopped, boolean called) {
        String wanted = directive.word("finish");
        if (wanted != null) {
            for (Answer.Finish finish : Answer.Finish.values()) {
                if (finish.name().toLowerCase(java.util.Locale.ROOT).equals(wanted)) {
                    return finish;
                }
            }
        }
        if (cut) {
            return Answer.Finish.LENGTH;
        }
        if (stopped) {
            return Answer.Finish.STOP_STRING;
        }
        return called ? Answer.Finish.TOOL : Answer.Finish.STOP;
    }

    private static @Nullable String literal(Directive directive) {
        String wanted = directive.word("finish");
        if (wanted == null) {
            return null;
        }
        for (Answer.Finish finish : Answer.Finish.values()) {
            if (finish.name().toLowerCase(java.util.Locale.ROOT).equals(wanted)) {
                return null;
            }
        }
        return wanted;
    }

    private static List<Ask.Tool> chosen(Ask ask, Directive directive) {
        List<Ask.Tool> offered = ask.tools();
        if (offered.isEmpty()) {
            return List.of();
        }
        return switch (ask.choice()) {
            case Ask.Choice.None none -> List.of();
            case Ask.Choice.Named named -> repeat(offered.stream().filter(tool -> tool.name().equals(named.name()))
                    .toList(), 1);
            case Ask.Choice.Any any -> wanted(offered, directive, Math.max(1, directive.toolCalls()), ask.parallel());
            case Ask.Choice.Free free -> wanted(offered, directive, directive.toolCalls(), ask.parallel());
        };
    }

    private static List<Ask.Tool> wanted(List<Ask.Tool> offered, Directive directive, int calls, boolean parallel) {
        String name = directive.toolName();
        List<Ask.Tool> fitting = name == null
                ? offered
                : offered.stream().filter(tool -> tool.name().equals(name)).toList();
        return repeat(fitting, parallel ? calls : Math.min(1, calls));
    }

    private static List<Ask.Tool> repeat(List<Ask.Tool> tools, int calls) {
        List<Ask.Tool> chosen = new ArrayList<>();
        for (int i = 0; i < calls && !tools.isEmpty(); i++) {
            chosen.add(tools.get(i % tools.size()));
        }
        return chosen;
    }

    private List<String> text(Ask ask, Directive directive) {
        String said = Directive.without(ask.said());
        if (ask.json()) {
            return Tokenizer.pieces(Json.text(SchemaFiller.value(ask.schema())));
        }
        if (directive.has("echo")) {
            return Tokenizer.pieces(LABEL + " " + said);
        }
        int tokens = directive.count("tokens", usualTokens);
        return words(tokens, seed + said.hashCode(), tokens);
    }

    private static List<String> words(int tokens, long from, int most) {
        int wanted = Math.min(tokens, most);
        List<String> words = new ArrayList<>(wanted);
        for (String piece : Tokenizer.pieces(LABEL)) {
            if (words.size() < wanted) {
                words.add(piece);
            }
        }
        SplittableRandom random = new SplittableRandom(from);
        while (words.size() < wanted) {
            words.add(" " + WORDS[random.nextInt(WORDS.length)]);
        }
        return words;
    }

    private static @Nullable String firstStop(String text, List<String> stops) {
        String first = null;
        for (String stop : stops) {
            int at = stop.isEmpty() ? -1 : text.indexOf(stop);
            if (at >= 0 && (first == null || at < text.indexOf(first))) {
                first = stop;
            }
        }
        return first;
    }
}
