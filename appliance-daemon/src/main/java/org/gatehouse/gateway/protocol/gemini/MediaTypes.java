package org.gatehouse.gateway.protocol.gemini;

import java.util.Locale;

import org.gatehouse.gateway.canonical.Media;

/** What a file is, told by its address: Google wants the type named where other protocols leave it to whoever fetches. */
final class MediaTypes {

    private MediaTypes() {}

    static String ofAddress(String address, String otherwise) {
        int end = address.length();
        for (char mark : new char[]{'?', '#'}) {
            int at = address.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        String path = address.substring(0, end).toLowerCase(Locale.ROOT);
        return switch (path.substring(path.lastIndexOf('.') + 1)) {
            case "png" -> "image/png";
            case "jpg", "jpeg" -> "image/jpeg";
            case "gif" -> "image/gif";
            case "webp" -> "image/webp";
            case "heic" -> "image/heic";
            case "heif" -> "image/heif";
            case "pdf" -> "application/pdf";
            case "txt", "md" -> "text/plain";
            case "csv" -> "text/csv";
            case "html", "htm" -> "text/html";
            case "wav" -> "audio/wav";
            case "mp3" -> "audio/mp3";
            case "ogg" -> "audio/ogg";
            case "flac" -> "audio/flac";
            case "mp4" -> "video/mp4";
            case "mov" -> "video/quicktime";
            case "webm" -> "video/webm";
            default -> otherwise;
        };
    }

    /** What was uploaded to Google is known there only; any other address is anybody's. */
    static Media file(String uri) {
        return isGoogles(uri) ? new Media.Uploaded(uri) : new Media.Remote(uri);
    }

    static boolean isGoogles(String uri) {
        return uri.startsWith("gs://") || uri.startsWith("files/")
                || uri.startsWith("https://generativelanguage.googleapis.com/");
    }
}
