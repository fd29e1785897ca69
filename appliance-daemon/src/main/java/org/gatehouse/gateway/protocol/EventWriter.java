package org.gatehouse.gateway.protocol;

import java.io.ByteArrayOutputStream;

import org.gatehouse.gateway.canonical.ChatEvent;

/**
 * Writes the events of one streamed answer in the grammar of its protocol, whole server-sent events only. It opens and
 * closes what the grammar wants opened and closed. Confined to one thread.
 */
public interface EventWriter {

    /**
     * Writes one step. {@link ChatEvent.Failed} writes the protocol's own error event, {@link ChatEvent.Ended} whatever ends
     * the stream in good form; behind either nothing may come.
     */
    void write(ChatEvent event, ByteArrayOutputStream out);
}
