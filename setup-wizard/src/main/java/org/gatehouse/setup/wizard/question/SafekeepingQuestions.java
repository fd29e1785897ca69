package org.gatehouse.setup.wizard.question;

import java.util.List;

import static org.gatehouse.setup.wizard.question.Ask.option;

/** What the step {@code safekeeping} asks: a backup, and a webhook or a mail server for alerts. */
final class SafekeepingQuestions {
    private SafekeepingQuestions() {}

    static Step step() {
        return new Step("safekeeping", "Backup and alerts",
                "Where copies of the box's records go, and who hears when something is wrong.",
                List.of(Ask.of("backup", "Backup", "A copy of everything, each day.").group(
                        Ask.of("directory", "Directory",
                                "Best on another disk or share. An appliance has /var/lib/gatehouse/backups alone.")
                                .needed()
                                .example("/mnt/backup").line(),
                        Ask.of("hour", "Hour", "0 to 23, in the box's time zone.").usual("3").example("3").whole(),
                        Ask.of("keep", "Keep", "How many copies stay.").usual("14").example("14").whole()),
                        Ask.of("alerts", "Alerts", "Who hears of trouble.").group(
                                Ask.of("kind", "By", "How alerts get there.").needed().usual("webhook").choice(
                                        option("webhook", "webhook"), option("mail", "mail")),
                                Ask.of("webhookUrl", "Webhook", "Is sent a JSON message.").when("kind", "webhook")
                                        .example("https://hooks.example.com/gatehouse").line(),
                                mail(),
                                Ask.of("mailPassword", "Mail password",
                                        "Of the mail user; left out, the one that is there stays.")
                                        .when("kind", "mail").example("MAIL_PASSWORD").secret(),
                                Ask.of("mailTrustedCertificates", "Mail CA",
                                        "PEM, where a CA of yours vouches for the mail server.")
                                        .when("kind", "mail").example("/media/usb/ca.pem").file())));
    }

    private static Question mail() {
        return Ask.of("mail", "Mail", "The server that takes the mail.").when("kind", "mail").group(
                Ask.of("host", "Mail server", "Its name or address.").needed().example("mail.example.com").line(),
                Ask.of("port", "Port", "587 for starttls, 465 for tls, 25 for none are usual.").usual("587")
                        .example("587").whole(),
                Ask.of("security", "Protection", "How the way there is protected.").usual("starttls").choice(
                        option("starttls", "STARTTLS, or nothing is sent"), option("tls", "TLS from the start"),
                        option("none", "none; no password then")),
                Ask.of("user", "User", "Who signs in there; nothing for nobody.").example("gatehouse@example.com")
                        .line(),
                Ask.of("from", "From", "The address that mail comes from.").needed().example("gatehouse@example.com")
                        .line(),
                Ask.of("recipients", "To", "The addresses that it goes to.").needed().example("it@example.com")
                        .list());
    }
}
