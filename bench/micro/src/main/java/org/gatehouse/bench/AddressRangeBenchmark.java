package org.gatehouse.bench;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

import org.gatehouse.governance.snapshot.AddressRange;

/** A client's address against a key's list of eight ranges, of which the last one holds it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AddressRangeBenchmark {
    private final List<AddressRange> ranges = List.of(AddressRange.parse("10.0.0.0/8"),
            AddressRange.parse("172.16.0.0/12"), AddressRange.parse("2001:db8::/32"), AddressRange.parse("fd00::/8"),
            AddressRange.parse("192.0.2.0/24"), AddressRange.parse("198.51.100.7"),
            AddressRange.parse("203.0.113.0/25"),
            AddressRange.parse("192.168.128.0/17"));
    private final InetAddress client = InetAddress.ofLiteral("192.168.200.3");

    /** Walks the list as admission does. */
    @Benchmark
    public boolean lastOfEight() {
        for (AddressRange range : ranges) {
            if (range.contains(client)) {
                return true;
            }
        }
        return false;
    }
}
