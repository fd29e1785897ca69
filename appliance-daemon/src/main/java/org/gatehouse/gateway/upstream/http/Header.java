package org.gatehouse.gateway.upstream.http;

/**
 * One header field of a reply.
 *
 * @param name as the upstream wrote it
 * @param value without surrounding white space; bytes above 127 are read as ISO 8859-1
 */
public record Header(String name, String value) {}
