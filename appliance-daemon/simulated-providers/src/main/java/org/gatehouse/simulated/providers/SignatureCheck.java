package org.gatehouse.simulated.providers;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks AWS signatures of version 4 by making them again from what was received: canonical request, string to sign,
 * derived key. Stateless but for the account.
 */
final class SignatureCheck {
    private static final Pattern AUTHORIZATION = Pattern.compile("AWS4-HMAC-SHA256 +Credential=([^/, ]+)/(\\d{8})/"
            + "([^/, ]+)/([^/, ]+)/aws4_request, *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})");
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Duration OLDEST = Duration.ofMinutes(5);

    private final CloudAccount account;
    private final String service;

    SignatureCheck(CloudAccount account, String service) {
        this.account = account;
        this.service = service;
    }

    /** Refuses a request that this account has not signed a moment ago. */
    void check(Received received, Instant now) {
        String authorization = received.header("authorization");
        if (authorization == null) {
            throw forbidden("MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        Matcher parts = AUTHORIZATION.matcher(authorization);
        if (!parts.matches()) {
            throw forbidden("IncompleteSignatureException",
                    "Authorization header requires 'Credential', 'SignedHeaders'"
                            + " and 'Signature' parameters of AWS4-HMAC-SHA256.");
        }
        if (!parts.group(1).equals(account.accessKeyId())) {
            throw forbidden("UnrecognizedClientException", "The security token included in the request is invalid.");
        }
        if (!parts.group(3).equals(account.region()) || !parts.group(4).equals(service)) {
            throw forbidden("InvalidSignatureException", "Credential should be scoped to a valid region ("
                    + account.region() + ") and to the correct service: '" + service + "'.");
        }
        String date = received.header("x-amz-date");
        String stamp = date == null ? "" : date;
        age(stamp, parts.group(2), now);
        List<String> signed = List.of(parts.group(5).split(";"));
        headers(received, signed);
        String expected = signature(received, signed, stamp, parts.group(2));
        if (!MessageDigest.isEqual(expected.getBytes(StandardCharsets.US_ASCII),
                parts.group(6).getBytes(StandardCharsets.US_ASCII))) {
            throw forbidden("InvalidSignatureException", "The request signature we calculated does not match the"
                    + " signature you provided. Check your AWS Secret Access Key and signing method. Consult the"
                    + " service documentation for details.");
        }
    }

    private static void age(String stamp, String day, Instant now) {
        Instant at;
        try {
            at = STAMP.parse(stamp, Instant::from);
        } catch (DateTimeException e) {
            throw forbidden("IncompleteSignatureException", "Authorization header requires existence of either a"
                    + " 'X-Amz-Date' or a 'Date' header.");
        }
        if (!stamp.startsWith(day)) {
            throw forbidden("InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD from"
                    + " ISO-8601 version of date from HTTP: '" + day + "' != '" + stamp + "'.");
        }
        if (Duration.between(at, now).abs().compareTo(OLDEST) > 0) {
            throw forbidden("InvalidSignatureException", "Signature expired: " + stamp + " is now earlier or later than"
                    + " " + STAMP.format(now) + " by more than 5 min.");
        }
    }

    private void headers(Received received, List<String> signed) {
        if (!signed.contains("host")) {
            throw forbidden("InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization.");
        }
        for (String name : received.headers().keySet()) {
            if (name.startsWith("x-amz-") && !signed.contains(name)) {
                throw forbidden("InvalidSignatureException", "'" + name
                        + "' must be a 'SignedHeader' in the AWS Authorization.");
            }
        }
        for (String name : signed) {
            if (!received.headers().containsKey(name)) {
                throw forbidden("InvalidSignatureException", "The header '" + name + "' is signed but not there.");
            }
        }
        String token = account.sessionToken();
        if (token != null && !token.equals(received.header("x-amz-security-token"))) {
            throw forbidden("UnrecognizedClientException", "The security token included in the request is invalid.");
        }
        String hash = received.header("x-amz-content-sha256");
        if (hash != null && !hash.equals(sha256(received.body()))) {
            throw forbidden("InvalidSignatureException", "The value passed in as x-amz-content-sha256 does not match"
                    + " the computed hash of the content.");
        }
    }

    private String signature(Received received, List<String> signed, String stamp, String day) {
        StringBuilder canonical = new StringBuilder(512).append(received.method()).append('\n')
                .append(canonicalPath(received.rawPath())).append('\n').append(canonicalQuery(received.rawQuery()))
                .append('\n');
        for (String name : signed) {
            canonical.append(name).append(':')
                    .append(received.headers().getOrDefault(name, "").strip().replaceAll(" +", " ")).append('\n');
        }
        canonical.append('\n').append(String.join(";", signed)).append('\n').append(sha256(received.body()));
        String scope = day + "/" + account.region() + "/" + service + "/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n"
                + sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
        byte[] key = hmac(("AWS4" + account.secretAccessKey()).getBytes(StandardCharsets.UTF_8), day);
        for (String step : List.of(account.region(), service, "aws4_request")) {
            key = hmac(key, step);
        }
        return HexFormat.of().formatHex(hmac(key, toSign));
    }

    /** Every service but S3 encodes the path as sent once more. */
    private static String canonicalPath(String rawPath) {
        StringBuilder path = new StringBuilder();
        for (byte b : rawPath.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c == '/' || isUnreserved(c)) {
                path.append(c);
            } else {
                path.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            }
        }
        return path.toString();
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
                || c == '.' || c == '~';
    }

    private static String canonicalQuery(String rawQuery) {
        List<String> pairs = new ArrayList<>();
        Arrays.stream(rawQuery.split("&")).filter(pair -> !pair.isEmpty())
                .forEach(pair -> pairs.add(pair.contains("=") ? pair : pair + "="));
        pairs.sort(String::compareTo);
        return String.join("&", pairs);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no SHA-256; use a complete JDK.", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no HmacSHA256; use a complete JDK.", e);
        }
    }

    private static Refused forbidden(String exception, String message) {
        return new Refused(new Problem(Problem.Kind.FORBIDDEN, message, null, exception));
    }
}
