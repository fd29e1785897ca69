package org.gatehouse.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The program: {@code java -jar bench-load.jar MODE [--option value …]}. Writes one JSON line to the standard output and
 * a table of the same to the standard error. Ends with 0 after a measurement, 1 if it failed, 2 for a wrong command line.
 */
public final class Load {
    private static final String USAGE = """
            usage: java -jar bench-load.jar MODE [--option value ...]

              closed   N connections with one call under way on each     --connections --seconds --warmup --threads
                                                                         --dialect chat|messages --stream true
              open     calls at a fixed rate                             --rate --seconds --warmup --max-under-way
              streams  N streams at once, at the upstream's pace         --streams --seconds --ramp --expect-chunks
              cancel   a client leaves; when is the upstream call ended  --ledger --trials --after-ms --give-up
              race     N clients call until quota, time or gateway end   --clients --seconds --stream-percent
                                                                         --leave-percent --leave-within-ms
                                                                         --until quota|gone|time --patience
                                                                         --calls FILE --seed
              books    holds the calls that race wrote against the gateway's audit and usage
                                                                         --calls --admin --admin-token --audit-query
                                                                         --usage-query --ledger --quota --counts
                                                                         --fact NAME=NUMBER
              startup  time until a started command is ready, and its memory at rest
                                                                         --ready --runs --discard --rest --pid-file
                                                                         --pid-path --log -- COMMAND ...
              ports    so many free TCP ports of loopback                --count
              report   the table of targets from the files of a run      --results

            calls:     --url URL --key KEY | --key-file FILE
                       --body FILE | --model M --prompt TEXT --max-tokens N --tokens N --token-ms MS --first-ms MS
                       --timeout SECONDS
            watching:  --watch NAME=PID[,PID...]   CPU time and memory of these processes, may be repeated
            labelling: --label NAME=VALUE          goes into the result as it is, may be repeated
            """;

    private Load() {}

    /** Runs one mode. */
    public static void main(String[] words) throws InterruptedException {
        System.exit(run(List.of(words)));
    }

    private static int run(List<String> words) throws InterruptedException {
        if (words.isEmpty() || words.contains("--help")) {
            System.err.print(USAGE);
            return words.isEmpty() ? 2 : 0;
        }
        List<String> options = words.subList(1, words.size());
        try {
            return switch (words.getFirst()) {
                case "closed" -> print(ClosedLoop.run(Arguments.parse(options, ClosedLoop.OPTIONS)));
                case "open" -> print(OpenLoop.run(Arguments.parse(options, OpenLoop.OPTIONS)));
                case "streams" -> print(Streams.run(Arguments.parse(options, Streams.OPTIONS)));
                case "cancel" -> print(Cancel.run(Arguments.parse(options, Cancel.OPTIONS)));
                case "race" -> print(Race.run(Arguments.parse(options, Race.OPTIONS)));
                case "books" -> print(Books.run(Arguments.parse(options, Books.OPTIONS)));
                case "startup" -> print(Startup.run(Arguments.parse(options, Startup.OPTIONS)));
                case "ports" -> ports(Arguments.parse(options, Set.of("count")));
                case "report" -> Report.run(Arguments.parse(options, Report.OPTIONS), System.out);
                default -> throw new UsageException("'" + words.getFirst() + "' is not a mode");
            };
        } catch (UsageException e) {
            System.err.println(e.getMessage() + " (--help lists the modes and their options)");
            return 2;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("the measurement failed: " + e.getMessage());
            return 1;
        }
    }

    private static int print(Result result) {
        result.print(System.out, System.err);
        return 0;
    }

    /** Holds all of them at once, so that they differ. */
    private static int ports(Arguments arguments) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < arguments.count("count", 1, 1, 100); i++) {
                held.add(new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1")));
            }
            held.forEach(socket -> System.out.println(socket.getLocalPort()));
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return 0;
    }
}
