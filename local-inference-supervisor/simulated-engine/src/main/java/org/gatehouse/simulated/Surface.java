package org.gatehouse.simulated;

import java.io.IOException;

/** What answers the requests for one path. */
@FunctionalInterface
interface Surface {
    /**
     * Answers.
     *
     * @throws Refused when the request cannot be served; nothing was sent then
     * @throws CallEnded when the caller left or a fault took place
     */
    void serve(Exchange exchange) throws IOException, Refused;
}
