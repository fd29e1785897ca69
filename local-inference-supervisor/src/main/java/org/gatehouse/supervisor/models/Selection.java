package org.gatehouse.supervisor.models;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;

/** Chooses a source's files as the wish wants it. */
final class Selection {
    private static final int MOST_PATTERNS = 100;
    private static final String PICKLES = "unpickling such a file runs whatever code it names";
    private static final String CODE = "it is a program, which an engine would run with the model's rights";

    private final ImportWish wish;
    private final ModelStoreSettings settings;
    private final List<PathMatcher> only;
    private final List<PathMatcher> except;

    Selection(ImportWish wish, ModelStoreSettings settings) throws ImportFailure {
        this.wish = wish;
        this.settings = settings;
        only = matchers("pattern", wish.only());
        except = matchers("pattern", wish.except());
    }

    private static List<PathMatcher> matchers(String field, List<String> patterns) throws ImportFailure {
        if (patterns.size() > MOST_PATTERNS) {
            throw new ImportFailure(new ImportProblem.BadWish(field, patterns.size() + " patterns",
                    "Give at most " + MOST_PATTERNS + "."));
        }
        List<PathMatcher> matchers = new ArrayList<>();
        for (String pattern : patterns) {
            try {
                matchers.add(FileSystems.getDefault().getPathMatcher("glob:" + pattern));
            } catch (PatternSyntaxException e) {
                throw new ImportFailure(new ImportProblem.BadWish(field, pattern,
                        "Give a glob pattern such as *.safetensors."));
            }
        }
        return matchers;
    }

    /** The plan for these files of a source. */
    ImportPlan plan(String source, String revision, String fingerprint, List<PlannedFile> all) throws ImportFailure {
        if (all.size() > settings.mostFiles()) {
            throw new ImportFailure(new ImportProblem.TooLarge(source, "it has " + all.size() + " files, the limit is "
                    + settings.mostFiles()));
        }
        List<PlannedFile> taken = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        List<String> pickles = new ArrayList<>();
        List<String> code = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (PlannedFile file : all) {
            if (!names.add(file.path())) {
                throw new ImportFailure(new ImportProblem.UnsafeEntry(file.path(), "the source has it twice"));
            }
            if (!wanted(file.path())) {
                leftOut.add(file.path());
                continue;
            }
            ContentPolicy.Handling handling = switch (FileKind.of(file.path())) {
                case WEIGHTS, TEXT -> ContentPolicy.Handling.TAKE;
                case PICKLE -> wish.content().pickles();
                case CODE -> wish.content().code();
                case OTHER -> ContentPolicy.Handling.LEAVE_OUT;
            };
            switch (handling) {
                case TAKE -> taken.add(file);
                case LEAVE_OUT -> leftOut.add(file.path());
                case REFUSE -> (FileKind.of(file.path()) == FileKind.CODE ? code : pickles).add(file.path());
            }
        }
        if (!pickles.isEmpty()) {
            throw new ImportFailure(new ImportProblem.ContentRefused(pickles, PICKLES));
        }
        if (!code.isEmpty()) {
            throw new ImportFailure(new ImportProblem.ContentRefused(code, CODE));
        }
        for (String path : names) {
            for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
                if (names.contains(path.substring(0, slash))) {
                    throw new ImportFailure(new ImportProblem.UnsafeEntry(path,
                            "the source has a file where its directory should be"));
                }
            }
        }
        ImportPlan plan = new ImportPlan(revision, fingerprint, taken, leftOut);
        checkSize(source, plan);
        ModelShape.checkNames(taken.stream().map(PlannedFile::path).toList());
        return plan;
    }

    private void checkSize(String source, ImportPlan plan) throws ImportFailure {
        long sum = 0;
        for (PlannedFile file : plan.files()) {
            if (file.size() < 0 || file.size() > settings.mostBytes() - sum) {
                throw new ImportFailure(new ImportProblem.TooLarge(source,
                        "its files have more than " + Text.bytes(settings.mostBytes())));
            }
            sum += file.size();
        }
    }

    /** Whether it or a directory of it is one of those that people do not see: .git, .cache, ._names of some desktops. */
    static boolean isHidden(String path) {
        for (String segment : path.split("/", -1)) {
            if (segment.startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private boolean wanted(String path) {
        return !isHidden(path) && (only.isEmpty() || matches(only, path)) && !matches(except, path);
    }

    // A pattern without a slash means the file's name, wherever it lies, as people expect it.
    private static boolean matches(List<PathMatcher> matchers, String path) {
        Path whole = Path.of(path);
        Path name = whole.getFileName();
        return matchers.stream().anyMatch(matcher -> matcher.matches(whole) || matcher.matches(name));
    }
}
