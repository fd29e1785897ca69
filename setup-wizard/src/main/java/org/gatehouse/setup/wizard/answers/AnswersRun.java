package org.gatehouse.setup.wizard.answers;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.box.Entrance;
import org.gatehouse.setup.wizard.box.Entrance.Entered;
import org.gatehouse.setup.wizard.box.Way;

/**
 * {@code gatehouse setup --answers FILE}: reads the file whole before the box is asked anything, then does it or tries it.
 *
 * @param patience how long a box that does not answer yet is waited for
 * @param keyOut where the first key goes; to the output where null
 */
public record AnswersRun(Path file, boolean dryRun, Duration patience, @Nullable Path keyOut,
        Map<String, String> environment, LongSupplier nanoTime) {
    private static final long LARGEST = 1 << 20;
    private static final long PAUSE = Duration.ofMillis(250).toNanos();

    /** Runs to the end; one line a step or a check on {@code out}, what is wrong on {@code err}. */
    public Exit run(Way way, PrintWriter out, PrintWriter err) {
        String text;
        try {
            if (Files.size(file) > LARGEST) {
                err.println(file + ": the file is larger than a megabyte. Is it an answers file?");
                return Exit.BAD_ANSWERS;
            }
            text = Files.readString(file);
        } catch (CharacterCodingException _) {
            err.println(file + ": the file is no text in UTF-8. Save it as that.");
            return Exit.BAD_ANSWERS;
        } catch (IOException _) {
            err.println(file + ": the file can't be read. Is it there, and may this user read it?");
            return Exit.BAD_ANSWERS;
        }
        Secrets secrets = new Secrets(environment,
                file.toAbsolutePath().getParent() instanceof Path parent ? parent : Path.of("/"));
        return switch (AnswersReader.read(text, secrets)) {
            case AnswersReader.Read.Bad(List<BadAnswers> wrong) -> {
                wrong.forEach(one -> err.println(one.in(file.toString())));
                yield Exit.BAD_ANSWERS;
            }
            case AnswersReader.Read.Good(Answers answers) -> run(answers, way, out, err);
        };
    }

    private Exit run(Answers answers, Way way, PrintWriter out, PrintWriter err) {
        return switch (entered(way)) {
            case Entered.Inside inside -> {
                try (var box = inside.client()) {
                    Unattended run = new Unattended(answers, file.toString(), inside, out, err, nanoTime, keyOut);
                    yield dryRun ? run.dryRun() : run.run();
                }
            }
            case Entered.Away(String message) -> say(err, message, Exit.NOT_REACHABLE);
            case Entered.NeedsCode(String message) -> say(err, message, Exit.NOT_CLAIMED);
            case Entered.Taken(String message) -> say(err, message, Exit.NOT_CLAIMED);
            case Entered.Finished(String message) -> say(err, message, Exit.NOT_CLAIMED);
        };
    }

    private Entered entered(Way way) {
        long begun = nanoTime.getAsLong();
        while (true) {
            Entered entered = Entrance.enter(way);
            if (!(entered instanceof Entered.Away) || nanoTime.getAsLong() - begun >= patience.toNanos()) {
                return entered;
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    private static Exit say(PrintWriter err, String message, Exit exit) {
        err.println(message);
        return exit;
    }
}
