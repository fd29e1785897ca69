package org.gatehouse.safekeeping;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * A bucket of a store that speaks S3, named in the path, as every such store takes it. Each request is signed with its body's
 * digest (Signature version 4), so nobody in between can put another file in its place.
 *
 * @param secret the secret access key; {@code null} where nothing is stored
 */
record S3Place(BackupTargetDraft.Store store, @Nullable String secret, Clock clock) implements BackupPlace {
    private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LONGEST = Duration.ofHours(6);
    /** What one PUT may bring (Amazon S3 User Guide, "Uploading objects"). */
    private static final long LARGEST = 5L << 30;
    private static final int MOST_SAID = 1 << 20;
    /** The client makes them itself and lets nobody else. */
    private static final Set<String> ITS_OWN = Set.of("host", "content-length");

    @Override
    public void put(String name, Path file) throws IOException {
        long size = Files.size(file);
        if (size > LARGEST) {
            throw new IOException("The backup has " + (size >> 20) + " MiB; one object takes 5 GiB at most. Bring it by"
                    + " sftp or to a directory.");
        }
        send(SdkHttpMethod.PUT, object(name), null, file, InputStream::readAllBytes);
    }

    @Override
    public List<Kept> list() throws IOException {
        List<Kept> kept = new ArrayList<>();
        String token = "";
        while (true) {
            String query = "list-type=2&prefix=" + encoded(store.prefix())
                    + (token.isEmpty() ? "" : "&continuation-token=" + encoded(token));
            Document answer = send(SdkHttpMethod.GET, "/" + store.bucket(), query, null,
                    in -> xml(in.readNBytes(MOST_SAID)));
            NodeList contents = answer.getElementsByTagNameNS("*", "Contents");
            for (int at = 0; at < contents.getLength(); at++) {
                Element object = (Element) contents.item(at);
                String name = text(object, "Key").substring(Math.min(store.prefix().length(), text(object, "Key")
                        .length()));
                kept.add(new Kept(name, Long.parseLong(text(object, "Size"))));
            }
            token = text(answer.getDocumentElement(), "NextContinuationToken");
            if (token.isEmpty()) {
                return kept;
            }
        }
    }

    @Override
    public void get(String name, OutputStream out) throws IOException {
        send(SdkHttpMethod.GET, object(name), null, null, in -> in.transferTo(out));
    }

    @Override
    public void delete(String name) throws IOException {
        send(SdkHttpMethod.DELETE, object(name), null, null, InputStream::readAllBytes);
    }

    private String object(String name) {
        return "/" + store.bucket() + "/" + store.prefix() + name;
    }

    private interface Reading<T> {
        T read(InputStream in) throws IOException;
    }

    private <T> T send(SdkHttpMethod method, String path, @Nullable String query, @Nullable Path body,
            Reading<T> reading) throws IOException {
        URI address = URI.create(store.endpoint().replaceFirst("/$", "") + path + (query == null ? "" : "?" + query));
        HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(LONGEST).method(method.name(),
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofFile(body));
        signed(method, address, body).headers().forEach((header, values) -> {
            if (!ITS_OWN.contains(header.toLowerCase(Locale.ROOT))) {
                request.header(header, values.getFirst());
            }
        });
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER).build()) {
            HttpResponse<InputStream> response = client.send(request.build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                if (response.statusCode() / 100 == 2) {
                    return reading.read(in);
                }
                throw refused(response.statusCode(), in.readNBytes(MOST_SAID));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the box is stopping", e);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw new IOException("The store at " + store.endpoint() + " can't be reached. Check its address and the"
                    + " network.", e);
        }
    }

    private IOException refused(int status, byte[] said) {
        String code;
        try {
            code = text(xml(said).getDocumentElement(), "Code");
        } catch (IOException _) {
            code = "";
        }
        return new IOException("The store at " + store.endpoint() + " refused: " + status + " " + code + ". "
                + switch (code) {
                    case "NoSuchBucket" -> "Make the bucket " + store.bucket() + ", or correct its name.";
                    case "NoSuchKey" -> "There is no such backup.";
                    case "RequestTimeTooSkewed" -> "Set the box's clock: see its time servers.";
                    default -> "Check the access key, its secret, the region, and what the key may do.";
                });
    }

    private static Document xml(byte[] text) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            // No document of a store has a reason to name another one.
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(text));
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        } catch (SAXException e) {
            throw new IOException("What answers at the endpoint is no S3 store.", e);
        }
    }

    private static String text(Element parent, String name) {
        NodeList found = parent.getElementsByTagNameNS("*", name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private SdkHttpRequest signed(SdkHttpMethod method, URI address, @Nullable Path body) throws IOException {
        String key = secret;
        if (key == null) {
            throw new IOException("No secret access key is stored for the store. Set it.");
        }
        ContentStreamProvider payload = () -> {
            try {
                return body == null ? new ByteArrayInputStream(new byte[0]) : Files.newInputStream(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        // S3 takes paths as they are, once encoded and not made plain (Signature version 4, "Create a canonical request").
        return SIGNER.sign(request -> request.identity(AwsCredentialsIdentity.create(store.accessKeyId(), key))
                .request(SdkHttpRequest.builder().method(method).uri(address).build()).payload(payload)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                .putProperty(AwsV4HttpSigner.REGION_NAME, store.region())
                .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false).putProperty(HttpSigner.SIGNING_CLOCK, clock))
                .request();
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "S3Place[" + store + "]";
    }
}
