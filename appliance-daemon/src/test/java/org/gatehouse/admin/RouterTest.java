package org.gatehouse.admin;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class RouterTest {
    private final Router router = new Router(List.of(operation("/api/v1/audit/{id}"), operation("/api/v1/audit/verify"),
            operation("/api/v1/keys/{id}/rotate")));

    private static Operation operation(String path) {
        return Operation.get(path, path, "test", "Test.", new Operation.Reply.Any(), _ -> new Answer.Nothing());
    }

    @Test
    void fixedPathWinsOverOneThatVaries() {
        assertThat(found("/api/v1/audit/verify")).isEqualTo("/api/v1/audit/verify");
        assertThat(found("/api/v1/audit/1")).isEqualTo("/api/v1/audit/{id}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/api", "/api/v1/audit", "/api/v1/audit/", "/api/v1/audit/1/", "/api/v1//rotate",
            "/api/v1/keys//rotate", "/api/v1/keys/1/rotate/2", "/API/v1/audit/1", "api/v1/audit/1x"})
    void otherPathsLeadNowhere(String path) {
        assertThat(router.find("GET", path)).isInstanceOf(Router.Match.Nowhere.class);
    }

    @Test
    void otherMethodsAreTold() {
        assertThat(router.find("PUT", "/api/v1/audit/1")).isEqualTo(new Router.Match.OtherMethods("GET"));
    }

    private String found(String path) {
        return ((Router.Match.Found) router.find("GET", path)).operation().path();
    }
}
