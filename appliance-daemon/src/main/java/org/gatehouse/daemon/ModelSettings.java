package org.gatehouse.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.gatehouse.modelstore.ModelStorePlan;
import org.gatehouse.supervisor.models.HubSettings;
import org.gatehouse.supervisor.models.ModelStoreSettings;

/**
 * Where local models are kept and from where they may be fetched. Immutable.
 *
 * @param directory the store's directory; {@code models} in the data directory by default
 * @param hubs model hubs and mirrors; none by default, so that the box calls nobody by itself
 * @param reserveBytes what imports leave free on the store's disk; 10 GiB by default
 * @param parallelImports imports that run at once; 2 by default
 * @param parallelFiles files that one import fetches at once; 4 by default
 * @param stall how long a hub may send nothing; 2 minutes by default
 * @param attempts how often in a row a file may fail without a byte having come; 6 by default
 * @param maxFiles files that a source may have; 10,000 by default
 * @param maxBytes bytes that a source may have; 8 TiB by default
 */
public record ModelSettings(@Nullable Path directory, @Nullable List<Hub> hubs, @Nullable Long reserveBytes,
        @Nullable Integer parallelImports, @Nullable Integer parallelFiles, @Nullable Duration stall,
        @Nullable Integer attempts, @Nullable Integer maxFiles, @Nullable Long maxBytes) {
    private static final Pattern HUB_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final Pattern PROXY = Pattern.compile("(?:http://)?([A-Za-z0-9.-]+):([0-9]{1,5})/?");

    /**
     * A model hub or a mirror of one.
     *
     * @param name what imports call it
     * @param url its address, such as {@code https://models.example.com}
     * @param tokenFile a file with the access token, read anew at each request; none by default
     * @param redirectHosts hosts beside its own that it may send downloads to
     * @param proxy a proxy on the way to it, {@code host:port}; none by default
     */
    public record Hub(@Nullable String name, @Nullable String url, @Nullable Path tokenFile,
            @Nullable List<String> redirectHosts, @Nullable String proxy) {}

    /** What holds when nothing is said. */
    public static ModelSettings standard() {
        return new ModelSettings(null, null, null, null, null, null, null, null, null);
    }

    /** A store in that directory, and the usual for the rest. */
    static ModelSettings in(Path directory) {
        return new ModelSettings(directory, null, null, null, null, null, null, null, null);
    }

    /**
     * The store as it is to be.
     *
     * @param data the data directory
     * @throws SettingsException says which setting is wrong
     */
    ModelStorePlan plan(Path data) {
        Path place = directory == null ? data.toAbsolutePath().resolve("models") : directory;
        if (!place.isAbsolute()) {
            throw new SettingsException("models.directory is '" + place + "'. Write an absolute path.");
        }
        ModelStoreSettings usual = ModelStoreSettings.in(place.normalize());
        Duration silence = Objects.requireNonNullElse(stall, usual.stall());
        if (!silence.isPositive()) {
            throw new SettingsException("models.stall is " + silence + ". Write a length of time such as PT2M.");
        }
        ModelStoreSettings settings = usual
                .withReserve(
                        atLeast("reserve-bytes", Objects.requireNonNullElse(reserveBytes, usual.reserveBytes()), 0))
                .withParallel(few("parallel-imports", parallelImports, usual.parallelImports(), 16),
                        few("parallel-files", parallelFiles, usual.parallelFiles(), 64))
                .withPatience(silence, few("attempts", attempts, usual.attempts(), 1000), usual.firstPause(),
                        usual.longestPause())
                .withLargest(few("max-files", maxFiles, usual.mostFiles(), 1_000_000),
                        atLeast("max-bytes", Objects.requireNonNullElse(maxBytes, usual.mostBytes()), 1));
        return new ModelStorePlan(settings, hubSettings());
    }

    private static long atLeast(String key, long value, long least) {
        if (value < least) {
            throw new SettingsException("models." + key + " is " + value + ". Write " + least + " or more.");
        }
        return value;
    }

    private static int few(String key, @Nullable Integer said, int usual, int most) {
        int value = Objects.requireNonNullElse(said, usual);
        if (value < 1 || value > most) {
            throw new SettingsException("models." + key + " is " + value + ". Write 1 to " + most + ".");
        }
        return value;
    }

    private List<HubSettings> hubSettings() {
        Set<String> names = new HashSet<>();
        return Objects.requireNonNullElse(hubs, List.<Hub>of()).stream().map(hub -> {
            HubSettings settled = settled(hub);
            if (!names.add(settled.name())) {
                throw new SettingsException("models.hubs: two hubs are called " + settled.name()
                        + ". Give each a name of its own.");
            }
            return settled;
        }).toList();
    }

    private static HubSettings settled(Hub hub) {
        String name = hub.name();
        String url = hub.url();
        if (name == null || url == null) {
            throw new SettingsException("Each of models.hubs needs a name and a url.");
        }
        if (!HUB_NAME.matcher(name).matches()) {
            throw new SettingsException("models.hubs: the name '" + name
                    + "' must be lower-case letters, digits and dashes, 40 at most.");
        }
        try {
            URI base = URI.create(url);
            if (base.getUserInfo() != null || base.getQuery() != null || base.getFragment() != null) {
                throw new SettingsException("models.hubs: the url of " + name
                        + " must be an address alone, without user, query or fragment. A token belongs into its token-file.");
            }
            return new HubSettings(name, base, Objects.requireNonNullElse(hub.redirectHosts(), List.<String>of()),
                    token(name, hub.tokenFile()), clients(name, hub.proxy()));
        } catch (IllegalArgumentException e) {
            throw new SettingsException("models.hubs: the url of " + name + " must be http:// or https:// with a host,"
                    + " not '" + url + "'.", e);
        }
    }

    private static Supplier<String> token(String name, @Nullable Path file) {
        if (file == null) {
            return () -> "";
        }
        if (!Files.isReadable(file)) {
            throw new SettingsException("models.hubs: the token-file of " + name + " cannot be read: " + file
                    + ". Make it readable for the daemon, or leave it out.");
        }
        return () -> {
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                // The hub will say that it wants a token, and the import that it can be resumed.
                return "";
            }
        };
    }

    private static Supplier<HttpClient.Builder> clients(String name, @Nullable String proxy) {
        if (proxy == null) {
            return HttpClient::newBuilder;
        }
        Matcher parts = PROXY.matcher(proxy);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 65535) {
            throw new SettingsException("models.hubs: the proxy of " + name + " is '" + proxy
                    + "'. Write host:port of an HTTP proxy.");
        }
        String host = parts.group(1);
        int port = Integer.parseInt(parts.group(2));
        return () -> HttpClient.newBuilder().proxy(ProxySelector.of(new InetSocketAddress(host, port)));
    }
}
