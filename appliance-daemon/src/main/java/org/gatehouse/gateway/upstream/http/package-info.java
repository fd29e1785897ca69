/**
 * The blocking HTTP/1.1 client that carries calls to upstreams. Comes in: an {@link Endpoint}, an {@link UpstreamRequest} and
 * {@link Deadlines}. Goes out: an {@link UpstreamReply} whose body is read as it arrives, or one {@link UpstreamFailure}. It calls
 * no other room of the daemon.
 *
 * <h2>Why our own</h2>
 *
 * On this path a client costs more than the gateway around it: per JSON call through a bare handler the JDK's client took 263 us of
 * CPU, Apache's 87, Helidon's 80, plain pooled sockets 47. So there is no event loop, no body publisher and no timer here: a virtual
 * thread writes head and body in one system call, reads into a buffer that belongs to the connection, and parses from there.
 *
 * <h2>The way of a call</h2>
 *
 * {@link UpstreamClient} finds the {@code Lane} of the endpoint. {@link UpstreamCall#execute()} takes a {@code Connection} from its
 * {@code ConnectionPool} (last in, first out, probed with one read that must find nothing), or has the {@code Connector} open one:
 * look up, guard every address, try each in turn, TLS; or have a {@link ForwardProxy} make a tunnel, and TLS through that. {@code RequestWriter} sends, {@code ReplyInput} and {@code ReplyHeadParser}
 * read the head, {@code Framing} decides how the body ends, and a {@code Body} finds that end: fixed, chunked or by close, with an
 * {@code InflatingBody} around it where the upstream compressed. At the clean end the connection goes back; on any failure it is
 * closed, because what is left on it can no longer be told apart.
 *
 * <h2>Who holds a connection</h2>
 *
 * A connection has exactly one holder, a call or nobody, in one atomic reference. Ending a call (an abort, a deadline, a failure)
 * closes the connection by a compare-and-set from that call to {@code CLOSED}; giving it back is one from that call to {@code IDLE}.
 * Whichever comes first wins, so an abort that comes a moment too late finds another holder and does nothing. Of "the ending is set"
 * and "the connection is attached" each side writes its own before it reads the other's, so none of the two is missed.
 *
 * <p>A call that hangs up closes its direction only and goes on to read: the upstream stops and closes, and what it had sent by then
 * arrives. It holds the connection as {@code HungUp} from then on, so it can't be given back.
 *
 * <h2>Time</h2>
 *
 * A timed park for each read would cost more than the read. A call only notes until when it may wait, and one {@code Sweeper} thread
 * looks at all connections every 25 ms and ends the calls that are late. Names are looked up on platform threads of their own: the
 * native lookup holds the carrier of a virtual thread for as long as a name server is silent.
 *
 * <h2>What is refused</h2>
 *
 * Everything that two readers could read differently (RFC 9112 11): doubtful framing, bare LF, folded lines, chunk sizes that
 * overflow, bytes nobody asked for. Redirects are a status like any other. A reply that ends before its end is a
 * {@link UpstreamFailure.Cut}, never a short success; only a plain body delimited by close cannot tell the two apart.
 */
@NullMarked
package org.gatehouse.gateway.upstream.http;

import org.jspecify.annotations.NullMarked;
