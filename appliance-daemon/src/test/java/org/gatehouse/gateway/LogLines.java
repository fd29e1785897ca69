package org.gatehouse.gateway;

import java.util.stream.Collectors;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/** What is logged by anybody while it is open, at the levels that are on. */
final class LogLines implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private LogLines() {
        lines.start();
        root.addAppender(lines);
    }

    static LogLines record() {
        return new LogLines();
    }

    String text() {
        return lines.list.stream()
                .map(line -> line.getFormattedMessage() + ThrowableProxyUtil.asString(line.getThrowableProxy()))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        root.detachAppender(lines);
        lines.stop();
    }
}
