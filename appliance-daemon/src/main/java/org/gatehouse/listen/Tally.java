package org.gatehouse.listen;

import java.util.concurrent.atomic.LongAdder;

/** What happened to connections since the start; counted per connection, never per request. Thread-safe. */
final class Tally {
    final LongAdder accepted = new LongAdder();
    final LongAdder refusedFull = new LongAdder();
    final LongAdder refusedClient = new LongAdder();
    final LongAdder acceptFailures = new LongAdder();
    final LongAdder tlsFailures = new LongAdder();
    final LongAdder lateHeaders = new LongAdder();
    final LongAdder slowBodies = new LongAdder();
    final LongAdder stalledWrites = new LongAdder();
    final LongAdder idle = new LongAdder();
    final LongAdder clientsLeft = new LongAdder();
}
