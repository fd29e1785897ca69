package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * A file under way: written and digested at once. What an earlier attempt left is kept only where a promised digest will prove it,
 * because after a power cut a file may be as long as it was and yet hold zeros. Belongs to one thread.
 */
final class PartFile implements AutoCloseable {
    private final ImportRoom room;
    private final PlannedFile file;
    private final Path path;
    private final FileChannel channel;
    private MessageDigest sha256 = Digests.sha256();
    private MessageDigest gitBlob;
    private long length;
    private boolean resumed;
    private boolean complete;

    private PartFile(ImportRoom room, PlannedFile file, Path path, FileChannel channel) {
        this.room = room;
        this.file = file;
        this.path = path;
        this.channel = channel;
        gitBlob = Digests.gitBlob(file.size());
    }

    /** Opens the part of this number, and goes on with what is in it if that can be trusted. */
    static PartFile open(ImportRoom room, PlannedFile file, int number) throws ImportFailure, InterruptedException {
        Path path = room.layout().part(number);
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            PartFile part = new PartFile(room, file, path, channel);
            room.tally().began(file.path());
            if (file.sha256().isEmpty() || channel.size() > file.size()) {
                channel.truncate(0);
            } else {
                part.digestWhatIsThere();
            }
            return part;
        } catch (IOException e) {
            throw room.failed(e);
        }
    }

    private void digestWhatIsThere() throws IOException, InterruptedException {
        ByteBuffer buffer = ByteBuffer.allocate(Digests.CHUNK);
        while (channel.read(buffer, length) > 0) {
            buffer.flip();
            length += buffer.remaining();
            if (!file.gitBlob().isEmpty()) {
                gitBlob.update(buffer.duplicate());
            }
            sha256.update(buffer);
            buffer.clear();
            room.stop().check();
        }
        channel.position(length);
        room.tally().had(length);
        resumed = length > 0;
    }

    /** Bytes that are there. */
    long length() {
        return length;
    }

    /** Whether some of them are of an earlier attempt. */
    boolean resumed() {
        return resumed;
    }

    /** Throws away what is there. */
    void restart() throws ImportFailure, InterruptedException {
        try {
            channel.truncate(0);
            channel.position(0);
        } catch (IOException e) {
            throw room.failed(e);
        }
        room.tally().had(-length);
        length = 0;
        resumed = false;
        sha256 = Digests.sha256();
        gitBlob = Digests.gitBlob(file.size());
    }

    /** Adds bytes. More than promised end the file as wrong. */
    void write(byte[] bytes, int count) throws ImportFailure, InterruptedException {
        if (length + count > file.size()) {
            throw wrong(file.size() + " bytes", "more bytes");
        }
        room.checkSpace(length, count);
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw room.failed(e);
        }
        sha256.update(bytes, 0, count);
        if (!file.gitBlob().isEmpty()) {
            gitBlob.update(bytes, 0, count);
        }
        length += count;
        room.took(count);
    }

    /** Checks the whole, syncs it and puts it in its place. */
    void finish() throws ImportFailure, InterruptedException {
        if (length != file.size()) {
            throw wrong(file.size() + " bytes", length + " bytes");
        }
        String found = Digests.hex(sha256);
        if (!file.sha256().isEmpty() && !file.sha256().equals(found)) {
            throw wrong("SHA-256 " + file.sha256(), "SHA-256 " + found);
        }
        if (!file.gitBlob().isEmpty()) {
            String blob = Digests.hex(gitBlob);
            if (!file.gitBlob().equals(blob)) {
                throw wrong("git blob " + file.gitBlob(), "git blob " + blob);
            }
        }
        try {
            channel.force(true);
            channel.close();
        } catch (IOException e) {
            throw room.failed(e);
        }
        room.complete(file, path, found);
        complete = true;
    }

    private ImportFailure wrong(String expected, String found) throws ImportFailure, InterruptedException {
        restart();
        return new ImportFailure(new ImportProblem.WrongContent(file.path(), expected, found));
    }

    @Override
    public void close() {
        room.tally().left(file.path());
        if (!complete) {
            room.tally().had(-length);
        }
        try {
            channel.close();
        } catch (IOException e) {
            // What counts was synced by finish; the rest is only kept if its digest proves it.
        }
    }
}
