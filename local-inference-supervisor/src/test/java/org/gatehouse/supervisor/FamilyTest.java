package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Who belongs to an engine, on a process table written down by hand. */
class FamilyTest {
    /** As a pid namespace shows it: whose session's leader lives outside has session and group 0 (pid_namespaces(7)). */
    private static final Map<Long, ProcessEntry> IN_A_NAMESPACE = Map.of(
            100L, new ProcessEntry(100, 1, 0, 0, 5),
            101L, new ProcessEntry(101, 1, 0, 0, 6),
            102L, new ProcessEntry(102, 1, 102, 102, 7));

    @Test
    void engineWhoseRootWasNeverNotedIsOnlyWhoCarriesItsMarker() {
        Family family = Family.of(new Written(IN_A_NAMESPACE, 100),
                manifest(0, ""));

        assertThat(family.living(true)).containsExactly(100L);
    }

    @Test
    void sessionOfAProvenMemberBelongsToTheEngine() {
        Family family = Family.of(new Written(Map.of(
                102L, new ProcessEntry(102, 1, 102, 102, 7),
                103L, new ProcessEntry(103, 1, 102, 102, 8),
                104L, new ProcessEntry(104, 1, 104, 104, 9)), 103),
                manifest(102, ""));

        assertThat(family.living(true)).containsExactlyInAnyOrder(102L, 103L);
    }

    @Test
    void whoeverIsInTheUnitBelongsToTheEngineWhateverItsSession() {
        Family family = Family.of(new Written(IN_A_NAMESPACE, 0), manifest(0, "in-101.service"));

        assertThat(family.living(true)).containsExactly(101L);
    }

    private static Manifest manifest(long root, String unit) {
        return new Manifest("chat", 1, "7c9e6679", "boot", "hash", "tcp:1", Path.of(""), unit, Lifetime.WITH_DAEMON,
                Duration.ZERO, 0, root, true, List.of());
    }

    private record Written(Map<Long, ProcessEntry> entries, long marked) implements ProcessTable {

        @Override
        public Map<Long, ProcessEntry> read() {
            return entries;
        }

        @Override
        public @Nullable ProcessEntry read(long pid) {
            return entries.get(pid);
        }

        @Override
        public String commandHash(long pid) {
            return "";
        }

        @Override
        public boolean carries(long pid, String marker) {
            return pid == marked && Objects.equals(marker, "7c9e6679");
        }

        @Override
        public boolean isInUnit(long pid, String unit) {
            return unit.equals("in-" + pid + ".service");
        }

        @Override
        public String bootId() {
            return "boot";
        }
    }
}
