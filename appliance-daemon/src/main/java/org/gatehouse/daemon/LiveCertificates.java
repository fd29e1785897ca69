package org.gatehouse.daemon;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;

import org.gatehouse.acme.AcmeSource;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.listen.CertificateKeeper;
import org.gatehouse.listen.ChallengeDoor;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.setup.Certificates;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/** Wires the certificate of the main port to those who may replace it. Stateless. */
final class LiveCertificates {

    private LiveCertificates() {}

    /** What the authority's side works with. */
    record Rooms(Database database, SecretBox secrets, UUID node, UpstreamClient client, Path data, Clock clock,
            SecureRandom random) {}

    /**
     * Takes them up where they were; renewal begins with {@link AcmeSource#start()}.
     *
     * @param doors asked when they are open
     */
    static Certificates open(Rooms rooms, ListenerSettings listen, Supplier<Listeners> doors) {
        CertificateKeeper keeper = new CertificateKeeper(rooms.data().resolve("tls"), rooms.clock());
        Certificates.Renewal renewal = () -> doors.get().reloadTls();
        return new Certificates(keeper, use(listen.tls()), renewal,
                AcmeSource.open(new AcmeSource.Rooms(rooms.database(), rooms.secrets(), rooms.node(), rooms.client(),
                        keeper, new ChallengeDoor(listen.address(), () -> doors.get().port()), renewal::renew,
                        rooms.clock(), rooms.random())));
    }

    private static Certificates.Use use(ListenerSettings.Tls tls) {
        return switch (tls) {
            case ListenerSettings.Tls.Off _ -> Certificates.Use.PLAIN;
            case ListenerSettings.Tls.SelfSigned _ -> Certificates.Use.SHOWN;
            case ListenerSettings.Tls.Files _ -> Certificates.Use.ELSEWHERE;
        };
    }
}
