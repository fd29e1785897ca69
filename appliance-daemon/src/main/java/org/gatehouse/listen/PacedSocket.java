package org.gatehouse.listen;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;

/** A client's socket as Helidon's engines see it; notes when a write begins and ends, so that a client that takes nothing can be found out. */
final class PacedSocket implements HelidonSocket {
    /** A larger answer is written in such slices: then a slow but steady client is not taken for a stalled one. */
    private static final int SLICE_BYTES = 64 << 10;

    private final HelidonSocket socket;
    private final Pace pace;

    PacedSocket(HelidonSocket socket, Pace pace) {
        this.socket = socket;
        this.pace = pace;
    }

    @Override
    public void write(BufferData buffer) {
        try {
            while (buffer.available() > SLICE_BYTES) {
                byte[] slice = new byte[SLICE_BYTES];
                int length = buffer.read(slice);
                pace.writeBegins();
                socket.write(BufferData.create(slice, 0, length));
            }
            pace.writeBegins();
            socket.write(buffer);
        } finally {
            pace.writeEnds();
        }
    }

    @Override
    public byte[] get() {
        return socket.get();
    }

    @Override
    public void close() {
        socket.close();
    }

    @Override
    public void idle() {
        socket.idle();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    @SuppressWarnings("removal")
    public int read(BufferData buffer) {
        return socket.read(buffer);
    }

    @Override
    public boolean protocolNegotiated() {
        return socket.protocolNegotiated();
    }

    @Override
    public String protocol() {
        return socket.protocol();
    }

    @Override
    public PeerInfo remotePeer() {
        return socket.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return socket.localPeer();
    }

    @Override
    public boolean isSecure() {
        return socket.isSecure();
    }

    @Override
    public String socketId() {
        return socket.socketId();
    }

    @Override
    public String childSocketId() {
        return socket.childSocketId();
    }
}
