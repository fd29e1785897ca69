package org.gatehouse.gateway.upstream.http;

/** A reply breaks a rule of RFC 9112; becomes {@link UpstreamFailure.ProtocolError} where the call is known. */
final class MalformedReply extends Exception {

    /** {@code what} names the rule; it never repeats bytes of the reply. */
    MalformedReply(String what) {
        super(what, null, false, false);
    }
}
