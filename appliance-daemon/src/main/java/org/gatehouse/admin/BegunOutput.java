package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Opens a stream at the first byte, or at the end when there was none. Not thread-safe. */
final class BegunOutput extends OutputStream {
    private final Supplier<OutputStream> opening;
    private @Nullable OutputStream open;

    BegunOutput(Supplier<OutputStream> opening) {
        this.opening = opening;
    }

    boolean hasBegun() {
        return open != null;
    }

    private OutputStream begun() {
        OutputStream out = open;
        if (out == null) {
            out = opening.get();
            open = out;
        }
        return out;
    }

    @Override
    public void write(int single) throws IOException {
        begun().write(single);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        begun().write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (open != null) {
            open.flush();
        }
    }

    @Override
    public void close() throws IOException {
        begun().close();
    }
}
