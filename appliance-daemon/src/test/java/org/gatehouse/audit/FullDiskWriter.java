package org.gatehouse.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Appends to a journal for ever and says how each append ended; what is refused is not tried again. */
final class FullDiskWriter {

    static final UUID NODE = new UUID(3, 3);

    private FullDiskWriter() {}

    static JournalSettings settings(Path directory) {
        return new JournalSettings(directory, 1 << 20, 512 << 20);
    }

    /** Argument: the directory. Prints {@code done ID} or {@code refused REASON}. */
    public static void main(String[] arguments) throws InterruptedException {
        ChainHead start = ChainHead.start(NODE);
        SampleCalls samples = new SampleCalls(1);
        Journal journal = Journal.open(settings(Path.of(arguments[0])), NODE, start, start, null);
        while (true) {
            CallRecord call = samples.completed(Instant.now());
            try {
                journal.await(journal.enqueue(call, RecordJson.write(call), List.of(), true), Duration.ofSeconds(10));
                System.out.println("done " + call.id());
            } catch (TrailUnavailable e) {
                System.out.println("refused " + e.reason() + " failing=" + journal.failing());
                Thread.sleep(50);
            }
        }
    }
}
