package org.gatehouse.gateway.upstream.http;

/** How far a call had come when it failed; decides whether trying elsewhere is safe. */
public enum Progress {
    /** No byte of the request had been handed to the network: the upstream knows nothing of this call. */
    NOTHING_SENT,
    /** Some or all of the request may have reached the upstream; no byte of a reply had come back. */
    REQUEST_SENT,
    /** At least one byte of the reply had arrived. */
    REPLY_BEGUN
}
