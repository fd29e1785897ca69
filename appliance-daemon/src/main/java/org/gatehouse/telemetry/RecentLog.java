package org.gatehouse.telemetry;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/** The last lines of the log, for a support bundle: where the log goes is the machine's business. Thread-safe. */
public final class RecentLog implements AutoCloseable {
    private static final int MOST_LINES = 2_000;
    private static final int LONGEST_TRACE = 4_000;

    private final Deque<Line> lines = new ArrayDeque<>();
    private final Appender appender = new Appender();

    /**
     * A line.
     *
     * @param trace of what was thrown; empty when nothing was
     */
    public record Line(Instant at, String level, String logger, String message, String trace) {}

    /** Begins to listen to everything that is logged. */
    public static RecentLog open() {
        RecentLog log = new RecentLog();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            log.appender.setContext(context);
            log.appender.start();
            root(context).addAppender(log.appender);
        }
        return log;
    }

    private static Logger root(LoggerContext context) {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /** The last lines, oldest first. */
    public List<Line> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    @Override
    public void close() {
        if (appender.getContext() instanceof LoggerContext context) {
            root(context).detachAppender(appender);
            appender.stop();
        }
    }

    private final class Appender extends AppenderBase<ILoggingEvent> {

        @Override
        protected void append(ILoggingEvent event) {
            if (!event.getLevel().isGreaterOrEqual(Level.INFO)) {
                return;
            }
            IThrowableProxy thrown = event.getThrowableProxy();
            String trace = thrown == null ? "" : ThrowableProxyUtil.asString(thrown);
            Line line = new Line(Instant.ofEpochMilli(event.getTimeStamp()), event.getLevel().toString(),
                    event.getLoggerName(), event.getFormattedMessage(),
                    trace.substring(0, Math.min(trace.length(), LONGEST_TRACE)));
            synchronized (lines) {
                if (lines.size() == MOST_LINES) {
                    lines.removeFirst();
                }
                lines.addLast(line);
            }
        }
    }
}
