package org.gatehouse.alerts;

import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.UUID;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;

import org.gatehouse.governance.MailServer;

/** A notice as mail: plain text in UTF-8, for any program and any pager. Immutable. */
record MailMessage(MailServer server, String id, Notice notice) {
    private static final int LONGEST_SUBJECT = 180;

    static MailMessage of(MailServer server, UUID delivery, Notice notice) {
        String domain = server.from().substring(server.from().indexOf('@') + 1);
        return new MailMessage(server, "<" + delivery + "@" + domain + ">", notice);
    }

    /** As the library sends it. */
    MimeMessage in(Session session) throws MessagingException {
        try {
            MimeMessage message = new Identified(session, id);
            message.setFrom(new InternetAddress(server.from(), "Gatehouse", "UTF-8"));
            for (String recipient : server.recipients()) {
                message.addRecipient(Message.RecipientType.TO, new InternetAddress(recipient, true));
            }
            message.setSubject(subject(), "UTF-8");
            message.setSentDate(Date.from(notice.at()));
            // RFC 3834 5: no out-of-office notice shall answer a machine.
            message.setHeader("Auto-Submitted", "auto-generated");
            message.setHeader("X-Gatehouse-Event", notice.event());
            message.setText(text(), StandardCharsets.UTF_8.name());
            message.saveChanges();
            return message;
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("the JDK has no UTF-8", e);
        }
    }

    /** Keeps its id: the library would make a new one for each attempt, with the name of this machine in it. */
    private static final class Identified extends MimeMessage {
        private final String id;

        Identified(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }

    /** One line: what an alert is about may hold names that others chose, and a line break would begin a header of theirs. */
    private String subject() {
        String line = oneLine(notice.text());
        return line.length() <= LONGEST_SUBJECT
                ? line
                : line.substring(0, line.offsetByCodePoints(0, line.codePointCount(0, LONGEST_SUBJECT))) + "…";
    }

    static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
    }

    private String text() {
        StringBuilder text = new StringBuilder(oneLine(notice.text())).append("\n\n");
        Alert alert = notice.alert();
        if (alert != null) {
            field(text, "Event", notice.event());
            field(text, "Severity", alert.severity().id());
            field(text, "About", alert.about());
            field(text, "Rule", alert.rule() + " (" + alert.kind().id() + ")");
            field(text, "Since", alert.since().toString());
            field(text, "Times", String.valueOf(alert.times()));
            field(text, "Alert", alert.id().toString());
        }
        field(text, "Box", notice.box().toString());
        field(text, "At", notice.at().toString());
        return text.toString();
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(oneLine(value)).append('\n');
    }
}
