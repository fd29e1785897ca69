package org.gatehouse.listen;

import javax.net.ssl.SSLContext;

/**
 * How a listener speaks TLS. Immutable.
 *
 * @param context shows the listener's certificate
 * @param asksClients whether clients are asked for a certificate; none has to have one
 */
record ServerTls(SSLContext context, boolean asksClients) {}
