package org.gatehouse.daemon;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.ForwardProxy;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.HttpProxy;

/** Has what calls the outside go by the proxy that the settings name, from the moment that they name it. Stateless. */
final class WayOut {
    private static final System.Logger LOG = System.getLogger(WayOut.class.getName());

    private WayOut() {}

    /** Begins to follow the settings. */
    static void follow(Governance governance, UpstreamClient client) {
        client.through(proxy(governance));
        governance.snapshots().onChange(_ -> {
            try {
                client.through(proxy(governance));
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "The HTTP proxy of the settings could not be read; calls go out as"
                        + " before until the next change.", e);
            }
        });
    }

    private static @Nullable ForwardProxy proxy(Governance governance) {
        HttpProxy proxy = governance.currentSettings().proxy();
        if (proxy == null) {
            return null;
        }
        String user = proxy.user();
        return new ForwardProxy(proxy.host(), proxy.port(),
                user == null ? null : ForwardProxy.basic(user, governance.proxyPassword().orElse("")),
                proxy.exceptions());
    }
}
