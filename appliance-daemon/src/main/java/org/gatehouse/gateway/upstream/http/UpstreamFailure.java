package org.gatehouse.gateway.upstream.http;

import java.time.Duration;

/**
 * Why a call to an upstream has no complete reply. A closed set of values, thrown inside {@link UpstreamFailureException}. Every
 * one names the upstream by its base URL; none holds a credential or a part of a body.
 */
public sealed interface UpstreamFailure {

    /** Base URL of the upstream. */
    String upstream();

    /** How far the call had come. */
    Progress progress();

    /** What happened, with which upstream, what to do: for logs and operators. */
    String message();

    /** Whether no byte of the reply had arrived. */
    default boolean beforeFirstByte() {
        return progress() != Progress.REPLY_BEGUN;
    }

    /** Whether it is certain that no byte of the request had left. */
    default boolean nothingSent() {
        return progress() == Progress.NOTHING_SENT;
    }

    /** A failure before any byte of the request was sent. */
    sealed interface BeforeSending extends UpstreamFailure {
        @Override
        default Progress progress() {
            return Progress.NOTHING_SENT;
        }
    }

    /**
     * The host leads to an address that its {@link AddressPolicy} forbids. Nothing was connected to.
     *
     * @param host name as configured
     * @param address what it resolved to
     */
    record AddressNotAllowed(String upstream, String host, String address) implements BeforeSending {
        @Override
        public String message() {
            return "An upstream must not be reached at a private or reserved address: " + host + " of " + upstream
                    + " leads to "
                    + address + ". Correct its base URL, or allow private addresses for this upstream.";
        }
    }

    /**
     * No connection came about.
     *
     * @param reason what kind of failure
     * @param detail address and system message
     */
    record ConnectFailed(String upstream, Reason reason, String detail) implements BeforeSending {
        /** Kinds of failed connects. */
        public enum Reason {
            /** Nothing listens at the address. */
            REFUSED,
            /** No way to the address. */
            UNREACHABLE,
            /** The name has no address. */
            UNKNOWN_HOST,
            /** Something else, as told in the detail. */
            OTHER
        }

        @Override
        public String message() {
            return "No connection to an upstream: " + upstream + " (" + detail + "). " + switch (reason) {
                case REFUSED -> "Check that it runs and listens on this port.";
                case UNREACHABLE -> "Check the network and the firewall between here and there.";
                case UNKNOWN_HOST -> "Check the name in its base URL and this box's name servers.";
                case OTHER -> "Check its base URL and the network.";
            };
        }
    }

    /**
     * The proxy that calls go through made no tunnel.
     *
     * @param proxy host and port of the proxy
     * @param reason what kind of failure
     * @param detail what the system or the proxy says
     */
    record ProxyFailed(String upstream, String proxy, Reason reason, String detail) implements BeforeSending {
        /** Kinds of failures of a proxy. */
        public enum Reason {
            /** It was not reached, or broke off. */
            UNREACHABLE,
            /** It did not answer in time. */
            TIMEOUT,
            /** It wants a user and a password, or others (407). */
            AUTHENTICATION,
            /** It does not let the box call there, or could not (any other status). */
            REFUSED,
            /** What is there speaks no HTTP. */
            NO_PROXY
        }

        @Override
        public String message() {
            return "The HTTP proxy " + proxy + " led to no connection with an upstream: " + upstream + " (" + detail
                    + "). " + switch (reason) {
                        case UNREACHABLE -> "Check that the proxy runs, and its address in the settings.";
                        case TIMEOUT -> "Check that the proxy is well, or raise the connect deadline.";
                        case AUTHENTICATION -> "Correct the proxy's user and password in the settings.";
                        case REFUSED -> "Have the proxy let this box call there, or add the host to the exceptions.";
                        case NO_PROXY -> "Check the proxy's address and port in the settings.";
                    };
        }
    }

    /**
     * The TLS handshake failed: certificate not trusted, not for this host, expired, no common version.
     *
     * @param detail what the TLS layer says
     */
    record TlsFailed(String upstream, String detail) implements BeforeSending {
        @Override
        public String message() {
            return "No TLS connection to an upstream: " + upstream + " (" + detail
                    + "). Check its certificate and host name; a private authority's certificate can be added to the upstream.";
        }
    }

    /**
     * Name lookup, TCP connect and TLS handshake took too long.
     *
     * @param limit the connect deadline
     */
    record ConnectTimeout(String upstream, Duration limit) implements BeforeSending {
        @Override
        public String message() {
            return "An upstream took more than " + limit + " to connect to: " + upstream
                    + ". Check that it is reachable, or raise the connect deadline.";
        }
    }

    /**
     * All connections of the endpoint stayed busy.
     *
     * @param waited how long a free one was waited for
     * @param maxConnections the bound of the pool
     */
    record PoolExhausted(String upstream, Duration waited, int maxConnections) implements BeforeSending {
        @Override
        public String message() {
            return "All " + maxConnections + " connections to an upstream stayed busy for " + waited + ": " + upstream
                    + ". Raise its connection limit, or send it less.";
        }
    }

    /**
     * The head of the reply did not come in time.
     *
     * @param limit the first-byte deadline
     */
    record FirstByteTimeout(String upstream, Duration limit, Progress progress) implements UpstreamFailure {
        @Override
        public String message() {
            return "An upstream did not begin its reply within " + limit + ": " + upstream
                    + ". Check its load, or raise the first-byte deadline.";
        }
    }

    /**
     * The upstream fell silent in the middle of its reply.
     *
     * @param limit the deadline between chunks
     * @param bytesReceived body bytes that had arrived
     */
    record IdleTimeout(String upstream, Duration limit, long bytesReceived) implements UpstreamFailure {
        @Override
        public Progress progress() {
            return Progress.REPLY_BEGUN;
        }

        @Override
        public String message() {
            return "An upstream was silent for more than " + limit + " after " + bytesReceived + " bytes of its reply: "
                    + upstream
                    + ". Check its load, or raise the deadline between chunks.";
        }
    }

    /**
     * The call as a whole took too long.
     *
     * @param limit the total deadline
     */
    record TotalTimeout(String upstream, Duration limit, Progress progress) implements UpstreamFailure {
        @Override
        public String message() {
            return "A call took more than " + limit + " in all: " + upstream
                    + ". Ask for less in one call, or raise the total deadline.";
        }
    }

    /**
     * The connection ended, by end of stream or reset, before the reply was complete.
     *
     * @param bytesReceived body bytes that had arrived
     * @param detail where it ended
     */
    record Cut(String upstream, long bytesReceived, Progress progress, String detail) implements UpstreamFailure {
        @Override
        public String message() {
            return "An upstream broke off the connection after " + bytesReceived + " bytes of its reply: " + upstream
                    + " (" + detail
                    + "). Look at its log for a crash or a restart.";
        }
    }

    /**
     * The reply is not HTTP/1.1 as RFC 9112 has it.
     *
     * @param what which rule was broken
     */
    record ProtocolError(String upstream, String what) implements UpstreamFailure {
        @Override
        public Progress progress() {
            return Progress.REPLY_BEGUN;
        }

        @Override
        public String message() {
            return "An upstream's reply is not valid HTTP: " + upstream + " (" + what
                    + "). Check that its base URL points at an HTTP server.";
        }
    }

    /**
     * The body exceeds {@link ReplyLimits#maxBodyBytes()} or what the reader asked for at most.
     *
     * @param limit in bytes
     */
    record ReplyTooLarge(String upstream, long limit) implements UpstreamFailure {
        @Override
        public Progress progress() {
            return Progress.REPLY_BEGUN;
        }

        @Override
        public String message() {
            return "An upstream's reply is larger than " + limit + " bytes: " + upstream
                    + ". Ask for less in one call, or raise the limit for replies.";
        }
    }

    /**
     * The call was ended from our side.
     *
     * @param cause by whom
     */
    record Aborted(String upstream, AbortCause cause, Progress progress) implements UpstreamFailure {
        @Override
        public String message() {
            return "A call was ended from our side (" + cause + "): " + upstream + ". Nothing is to be done.";
        }
    }
}
