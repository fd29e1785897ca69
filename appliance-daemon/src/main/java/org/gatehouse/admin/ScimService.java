package org.gatehouse.admin;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.SignOnProvider;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.identity.Provisioning;
import org.gatehouse.identity.Provisioning.Group;
import org.gatehouse.identity.Provisioning.GroupWish;
import org.gatehouse.identity.Provisioning.Member;
import org.gatehouse.identity.Provisioning.UserWish;
import org.gatehouse.store.StoreTrouble;

/**
 * SCIM 2.0 (RFC 7643, RFC 7644) at {@code /scim/v2}: providers tell of joiners and leavers, each with its own token. Users
 * and groups, filters by equality, patches as Entra ID and Okta send them; no bulk, no sorting, no passwords. Thread-safe.
 */
final class ScimService {
    private static final System.Logger LOG = System.getLogger(ScimService.class.getName());
    private static final String SCHEME = "bearer ";
    private static final int LARGEST = 1 << 20;
    private static final int MOST = 200;

    private final Provisioning people;
    private final FailureThrottle throttle;

    ScimService(Provisioning people, LongSupplier nanoTime) {
        this.people = people;
        this.throttle = new FailureThrottle(nanoTime);
    }

    /** What goes out. */
    private record Reply(int status, @Nullable JsonNode body) {}

    /** Ends a request with an error. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String type;

        /** {@code type} is a scimType of RFC 7644 3.12, or empty. */
        Wrong(int status, String type, String message) {
            super(message, null, false, false);
            this.status = status;
            this.type = type;
        }
    }

    /** One request, by a provider that is known. */
    private record Request(SignOnProvider provider, Actor actor, String method, String base, @Nullable UUID id,
            ServerRequest raw) {}

    void handle(ServerRequest request, ServerResponse response) {
        Arrival arrival = Arrival.of(request, request.headers().first(HeaderNames.create("x-request-id"))
                .filter(id -> id.matches("[A-Za-z0-9._:-]{1,128}")).orElseGet(() -> UUID.randomUUID().toString()));
        Reply reply;
        try {
            reply = answer(request, arrival);
        } catch (Wrong e) {
            reply = new Reply(e.status, ScimForms.error(e.status, e.type, String.valueOf(e.getMessage())));
        } catch (CloseConnectionException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "SCIM request " + arrival.requestId() + " failed.", e);
            reply = StoreTrouble.of(e)
                    .map(trouble -> new Reply(503, ScimForms.error(503, "", trouble.message())))
                    .orElseGet(() -> new Reply(500, ScimForms.error(500, "",
                            "The box failed; its log has the cause under request id " + arrival.requestId() + ".")));
        }
        if (reply.status() == 503) {
            response.header(HeaderNames.RETRY_AFTER, "5");
        }
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.status(reply.status());
        JsonNode body = reply.body();
        if (body == null) {
            response.send();
        } else {
            response.header(HeaderNames.CONTENT_TYPE, "application/scim+json").send(Json.bytes(body));
        }
        AdminApi.leave(request);
    }

    private Reply answer(ServerRequest request, Arrival arrival) {
        SignOnProvider provider = provider(arrival);
        String[] segments = request.prologue().uriPath().rawPath().replaceFirst("^/scim/v2/?", "").split("/", -1);
        UUID id = segments.length > 1 ? id(segments[1]) : null;
        Request call = new Request(provider,
                new Actor(Actor.Type.SYSTEM, "scim " + provider.name(), arrival.address(), arrival.requestId()),
                request.prologue().method().text(), arrival.base() + "/scim/v2/", id, request);
        if (segments.length > 2) {
            throw new Wrong(404, "", "There is nothing here.");
        }
        return switch (segments[0]) {
            case "Users" -> users(call);
            case "Groups" -> groups(call);
            case "ServiceProviderConfig" -> new Reply(200, ScimForms.abilities());
            case "ResourceTypes" -> new Reply(200, ScimForms.resourceTypes());
            case "Schemas" -> new Reply(200, ScimForms.list(List.of(), 0, 1));
            default -> throw new Wrong(404, "", "There is nothing here.");
        };
    }

    private SignOnProvider provider(Arrival arrival) {
        String header = arrival.authorization();
        Optional<SignOnProvider> provider = header == null
                || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                        ? Optional.empty()
                        : people.providerOf(header.substring(SCHEME.length()).strip());
        return provider.orElseThrow(() -> throttle.failed(arrival.address()) > 0
                ? new Wrong(429, "", "Too many wrong tokens came from this address. Wait a minute.")
                : new Wrong(401, "", "Send the provider's token as 'Authorization: Bearer ghs_…'."));
    }

    private static UUID id(String text) {
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException _) {
            // falls through to the same answer
        }
        throw new Wrong(404, "", "There is none with id " + ModelStoreOperations.shown(text) + ".");
    }

    private Reply users(Request call) {
        UUID id = call.id();
        if (id == null) {
            return switch (call.method()) {
                case "GET" -> {
                    ScimForms.Filter filter = filter(call, "userName");
                    int start = start(call);
                    Provisioning.Found found = people.users(call.provider(), filter.of("userName"),
                            filter.of("externalId"), start - 1, count(call));
                    yield new Reply(200, ScimForms.list(found.members().stream()
                            .map(member -> ScimForms.user(member, call.base())).toList(), found.total(), start));
                }
                case "POST" ->
                    new Reply(201, people.create(call.provider(), call.actor(), ScimForms.userWish(sent(call)))
                            .map(member -> ScimForms.user(member, call.base())).orElseThrow(ScimService::taken));
                default -> throw method();
            };
        }
        Member member = people.user(call.provider(), id).orElseThrow(() -> absent(id));
        return switch (call.method()) {
            case "GET" -> new Reply(200, ScimForms.user(member, call.base()));
            case "PUT" -> replaced(call, member, ScimForms.userWish(sent(call)));
            case "PATCH" -> replaced(call, member, ScimForms.patched(member, sent(call)));
            case "DELETE" -> {
                people.remove(call.provider(), call.actor(), member);
                yield new Reply(204, null);
            }
            default -> throw method();
        };
    }

    private Reply replaced(Request call, Member member, UserWish wish) {
        return new Reply(200, people.replace(call.provider(), call.actor(), member, wish)
                .map(now -> ScimForms.user(now, call.base())).orElseThrow(ScimService::taken));
    }

    private Reply groups(Request call) {
        UUID id = call.id();
        if (id == null) {
            return switch (call.method()) {
                case "GET" -> page(call, people.groups(call.provider(), filter(call, "displayName").of("displayName"))
                        .stream().map(group -> ScimForms.group(group, call.base())).toList());
                case "POST" -> new Reply(201,
                        people.create(call.provider(), call.actor(), ScimForms.groupWish(sent(call)))
                                .map(group -> ScimForms.group(group, call.base())).orElseThrow(ScimService::taken));
                default -> throw method();
            };
        }
        Group group = people.group(call.provider(), id).orElseThrow(() -> absent(id));
        return switch (call.method()) {
            case "GET" -> new Reply(200, ScimForms.group(group, call.base()));
            case "PUT" -> replaced(call, group, ScimForms.groupWish(sent(call)));
            case "PATCH" -> replaced(call, group, ScimForms.patched(group, sent(call)));
            case "DELETE" -> {
                people.remove(call.provider(), call.actor(), group);
                yield new Reply(204, null);
            }
            default -> throw method();
        };
    }

    private Reply replaced(Request call, Group group, GroupWish wish) {
        return new Reply(200, people.replace(call.provider(), call.actor(), group, wish)
                .map(now -> ScimForms.group(now, call.base())).orElseThrow(ScimService::taken));
    }

    private static Reply page(Request call, List<ObjectNode> all) {
        int start = start(call);
        return new Reply(200, ScimForms.list(all.stream().skip(start - 1L).limit(count(call)).toList(), all.size(),
                start));
    }

    private static int start(Request call) {
        return Math.max(1, number(call, "startIndex", 1));
    }

    private static int count(Request call) {
        return Math.clamp(number(call, "count", MOST), 0, MOST);
    }

    private static int number(Request call, String name, int usual) {
        try {
            return call.raw().query().first(name).map(Integer::parseInt).orElse(usual);
        } catch (NumberFormatException _) {
            throw new Wrong(400, "invalidValue", name + " must be a whole number.");
        }
    }

    private static ScimForms.Filter filter(Request call, String name) {
        return ScimForms.filter(call.raw().query().first("filter").orElse(""), name);
    }

    private static JsonNode sent(Request call) {
        try (InputStream in = call.raw().content().inputStream()) {
            byte[] text = in.readNBytes(LARGEST + 1);
            if (text.length > LARGEST) {
                throw new Wrong(413, "", "The body may have at most " + LARGEST + " bytes.");
            }
            return switch (Json.parse(text)) {
                case Reading.Whole<JsonNode>(JsonNode tree) when tree.isObject() -> tree;
                default -> throw new Wrong(400, "invalidSyntax", "The body must be a JSON object.");
            };
        } catch (IOException _) {
            throw new Wrong(400, "invalidSyntax", "The body broke off.");
        }
    }

    private static Wrong taken() {
        return new Wrong(409, "uniqueness", "There is one of that name already.");
    }

    private static Wrong absent(UUID id) {
        return new Wrong(404, "", "There is none with id " + id + ".");
    }

    private static Wrong method() {
        return new Wrong(405, "", "This does not take that method.");
    }
}
