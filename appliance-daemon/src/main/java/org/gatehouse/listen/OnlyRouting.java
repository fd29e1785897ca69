package org.gatehouse.listen;

import java.util.List;

import io.helidon.webserver.Router;
import io.helidon.webserver.Routing;

/** A router with one routing, for HTTP. */
record OnlyRouting(GuardedRouting http) implements Router {
    @Override
    public <T extends Routing> T routing(Class<T> type, T otherwise) {
        return type.isInstance(http) ? type.cast(http) : otherwise;
    }

    @Override
    public List<? extends Routing> routings() {
        return List.of(http);
    }

    @Override
    public void beforeStart() {
        http.beforeStart();
    }

    @Override
    public void afterStop() {
        http.afterStop();
    }
}
