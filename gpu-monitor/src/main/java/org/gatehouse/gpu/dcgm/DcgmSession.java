package org.gatehouse.gpu.dcgm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.nativelib.SharedLibrary;

/**
 * One connection to one host engine through one libdcgm. Calls answer DCGM's return codes, {@link DcgmAbi#FUNCTION_NOT_FOUND} too for
 * what the library lacks. For one thread at a time.
 */
final class DcgmSession implements AutoCloseable {
    private final SharedLibrary library;
    private final long handle;
    private final boolean embedded;
    private final String engineVersion;
    private boolean closed;

    DcgmSession(SharedLibrary library, long handle, boolean embedded) {
        this.library = library;
        this.handle = handle;
        this.embedded = embedded;
        this.engineVersion = readEngineVersion();
    }

    /** Calls a function whose first argument is the connection's handle. */
    int call(String function, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        all[0] = handle;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return library.call(function, DcgmAbi.FUNCTION_NOT_FOUND, all);
    }

    /** Whether the library itself knows this field. */
    boolean knowsField(int fieldId) {
        return !library.has("DcgmFieldGetById") || library.callForPointer("DcgmFieldGetById", (short) fieldId) != null;
    }

    /** The host engine's version, such as {@code 4.6.0}; empty when it does not say. */
    String engineVersion() {
        return engineVersion;
    }

    /** The first number of the host engine's version, or 0. */
    int engineMajor() {
        return major(engineVersion);
    }

    SharedLibrary library() {
        return library;
    }

    boolean embedded() {
        return embedded;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        // dcgmShutdown is left out on purpose: it is for the whole process, and calls of another session would end with -10 after it.
        call(embedded ? "dcgmStopEmbedded" : "dcgmDisconnect");
    }

    static int major(String version) {
        int dot = version.indexOf('.');
        try {
            return Integer.parseInt(dot < 0 ? version : version.substring(0, dot));
        } catch (NumberFormatException unknown) {
            return 0;
        }
    }

    /** The text in a field of fixed length; empty for DCGM's blank texts ({@code <<<NULL>>>} and its sisters). */
    static String text(Pointer memory, long offset, int length) {
        byte[] bytes = memory.getByteArray(offset, length);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        String text = new String(Arrays.copyOf(bytes, end), StandardCharsets.UTF_8).strip();
        return text.startsWith("<<<") && text.contains(">>>") ? "" : text;
    }

    private String readEngineVersion() {
        try (Memory info = cleared(DcgmAbi.VersionInfo.SIZE)) {
            info.setInt(0, DcgmAbi.VersionInfo.VERSION);
            if (call("dcgmHostengineVersionInfo", info) != DcgmAbi.OK) {
                return "";
            }
            for (String part : text(info, DcgmAbi.VersionInfo.TEXT, 512).split(";")) {
                if (part.startsWith("version:")) {
                    return part.substring("version:".length());
                }
            }
            return "";
        }
    }

    static Memory cleared(long size) {
        Memory memory = new Memory(size);
        memory.clear();
        return memory;
    }
}
