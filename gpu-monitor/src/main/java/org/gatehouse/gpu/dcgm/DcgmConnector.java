package org.gatehouse.gpu.dcgm;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.sun.jna.Memory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.nativelib.SharedLibrary;

import static org.gatehouse.gpu.dcgm.DcgmAbi.ALREADY_INITIALIZED;
import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/** Finds the pair of library and host engine that works best together. Used once for each opening. */
final class DcgmConnector {
    private final DcgmSettings settings;
    private final List<String> complaints = new ArrayList<>();

    DcgmConnector(DcgmSettings settings) {
        this.settings = settings;
    }

    /** How it ended. */
    sealed interface Connecting {
        record Connected(DcgmSession session) implements Connecting {}

        record Refused(String reason) implements Connecting {}
    }

    /** Connects to the first host engine that answers. */
    Connecting connect() {
        List<SharedLibrary> libraries = libraries();
        if (libraries.isEmpty()) {
            return refused();
        }
        for (String address : settings.addresses()) {
            if (!answers(address)) {
                complaints.add("no host engine listens at " + address);
                continue;
            }
            DcgmSession session = connect(libraries.getFirst(), address);
            if (session == null) {
                continue;
            }
            return new Connecting.Connected(better(session, libraries, address));
        }
        return refused();
    }

    /** Starts a host engine inside this process. */
    Connecting embed() {
        for (SharedLibrary library : libraries()) {
            try (Memory parameters = DcgmSession.cleared(DcgmAbi.EmbeddedParams.SIZE)) {
                parameters.setInt(0, DcgmAbi.EmbeddedParams.VERSION);
                parameters.setInt(DcgmAbi.EmbeddedParams.OPERATION_MODE, 1);
                int outcome = library.call("dcgmStartEmbedded_v2", DcgmAbi.FUNCTION_NOT_FOUND, parameters);
                if (outcome == OK) {
                    return new Connecting.Connected(
                            new DcgmSession(library, parameters.getLong(DcgmAbi.EmbeddedParams.HANDLE), true));
                }
                complaints.add(library.name() + " could not start a host engine (" + outcome + ")");
            }
        }
        return refused();
    }

    /**
     * Measured on 3.3.9 and 4.6.0: libdcgm.so.4 cannot read values from a host engine of version 3, libdcgm.so.3 reads from both. So when
     * the majors differ, the library of the host engine's major is taken, if it is there.
     */
    private DcgmSession better(DcgmSession session, List<SharedLibrary> libraries, String address) {
        for (SharedLibrary other : libraries) {
            if (session.engineMajor() > 0 && other != session.library() && libraryMajor(other) == session.engineMajor()
                    && libraryMajor(session.library()) != session.engineMajor()) {
                DcgmSession replacement = connect(other, address);
                if (replacement != null) {
                    session.close();
                    return replacement;
                }
            }
        }
        return session;
    }

    private List<SharedLibrary> libraries() {
        List<SharedLibrary> found = new ArrayList<>();
        for (String name : settings.libraries()) {
            switch (SharedLibrary.load(List.of(name))) {
                case SharedLibrary.Loading.Absent(String reason) -> complaints.add(reason);
                case SharedLibrary.Loading.Loaded(SharedLibrary library) -> {
                    int outcome = library.call("dcgmInit", DcgmAbi.FUNCTION_NOT_FOUND);
                    if (outcome == OK || outcome == ALREADY_INITIALIZED) {
                        found.add(library);
                    } else {
                        complaints.add(library.name() + " does not start (" + outcome + ")");
                    }
                }
            }
        }
        return found;
    }

    private @Nullable DcgmSession connect(SharedLibrary library, String address) {
        boolean unix = address.startsWith("unix://");
        try (Memory parameters = DcgmSession.cleared(DcgmAbi.ConnectParams.SIZE);
                Memory handle = DcgmSession.cleared(Long.BYTES)) {
            parameters.setInt(0, DcgmAbi.ConnectParams.VERSION);
            parameters.setInt(DcgmAbi.ConnectParams.TIMEOUT_MS, (int) settings.connectTimeout().toMillis());
            parameters.setInt(DcgmAbi.ConnectParams.IS_UNIX_SOCKET, unix ? 1 : 0);
            int outcome = library.call("dcgmConnect_v2", DcgmAbi.FUNCTION_NOT_FOUND,
                    SharedLibrary.text(address.substring(address.indexOf("://") + 3)), parameters, handle);
            if (outcome != OK) {
                complaints.add("the host engine at " + address + " did not take the connection (" + outcome + ")");
                return null;
            }
            return new DcgmSession(library, handle.getLong(0), false);
        }
    }

    /** dcgmConnect_v2 to a port where nobody listens blocks for its whole time-out (measured), so a plain socket looks first. */
    private boolean answers(String address) {
        try {
            if (address.startsWith("unix://")) {
                try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                    return probe.connect(UnixDomainSocketAddress.of(Path.of(address.substring("unix://".length()))));
                }
            }
            String place = address.substring(address.indexOf("://") + 3);
            int colon = place.lastIndexOf(':');
            String host = colon < 0 ? place : place.substring(0, colon);
            int port = colon < 0 ? 5555 : Integer.parseInt(place.substring(colon + 1));
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(host, port), (int) settings.connectTimeout().toMillis());
                return true;
            }
        } catch (IOException | IllegalArgumentException nobody) {
            return false;
        }
    }

    private static int libraryMajor(SharedLibrary library) {
        return DcgmSession.major(library.name().substring(library.name().lastIndexOf('.') + 1));
    }

    private Connecting refused() {
        return new Connecting.Refused("DCGM cannot be used: " + String.join("; ", complaints)
                + ". Install datacenter-gpu-manager and start nv-hostengine for DCGM's readings");
    }
}
