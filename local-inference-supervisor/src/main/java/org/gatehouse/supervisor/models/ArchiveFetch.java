package org.gatehouse.supervisor.models;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Brings a model out of an archive. Looks through all of it first, so that what is refused is refused before anything is written, and
 * trusts none of its numbers: what is counted while unpacking must be what the first look saw.
 */
final class ArchiveFetch implements Fetch {
    /** Weights barely compress and JSON by a factor of ten; more than this is an attack on the disk. */
    private static final long HIGHEST_RATIO = 100;
    private static final long FREE_OF_RATIO = 64L << 20;
    /** Directories are entries too, and cost nothing to pack by the million. */
    private static final long ENTRIES_PER_FILE = 4;
    private static final long LONGEST_PADDING = 16L << 20;
    private static final int UNIX_TYPE = 0xF000;
    private static final int UNIX_FILE = 0x8000;
    private static final int UNIX_DIRECTORY = 0x4000;

    private final ModelSource.Archive source;
    private final Selection selection;
    private final ModelStoreSettings settings;
    private final ImportRoom room;

    ArchiveFetch(ModelSource.Archive source, Selection selection, ModelStoreSettings settings, ImportRoom room) {
        this.source = source;
        this.selection = selection;
        this.settings = settings;
        this.room = room;
    }

    @Override
    public ImportPlan look() throws ImportFailure, InterruptedException {
        ArchiveFormat format = format();
        String fingerprint = fingerprint();
        List<PlannedFile> files = new ArrayList<>();
        try {
            switch (format) {
                case TAR -> {
                    try (InputStream in = Files.newInputStream(source.path())) {
                        listTar(in, files);
                    }
                }
                case TAR_GZIP -> {
                    try (InputStream in = unzipped()) {
                        listTar(in, files);
                        readToItsChecksum(in);
                    }
                }
                case ZIP -> listZip(files);
                default -> throw new ImportFailure(
                        new ImportProblem.UnsupportedArchive(source.path(), format.words()));
            }
        } catch (IOException e) {
            throw broken(e);
        }
        return selection.plan(source.path().toString(), "", fingerprint, withoutCommonDirectory(files));
    }

    private ArchiveFormat format() throws ImportFailure {
        try (InputStream in = Files.newInputStream(source.path())) {
            return ArchiveFormat.of(in.readNBytes(TarReader.BLOCK));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private String fingerprint() throws ImportFailure {
        try {
            return Files.size(source.path()) + " bytes of " + Files.getLastModifiedTime(source.path());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private InputStream unzipped() throws IOException {
        return new GZIPInputStream(Files.newInputStream(source.path()), 1 << 16);
    }

    /** The checksum of a gzip file stands at its very end, behind the padding of the tar in it. */
    private void readToItsChecksum(InputStream in) throws IOException, InterruptedException {
        byte[] buffer = new byte[Digests.CHUNK];
        long padding = 0;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            room.stop().check();
            padding += count;
            if (padding > LONGEST_PADDING) {
                throw new TarReader.Damaged("more than " + Text.bytes(LONGEST_PADDING) + " follow its end mark");
            }
        }
    }

    private void listTar(InputStream in, List<PlannedFile> files)
            throws IOException, ImportFailure, InterruptedException {
        TarReader tar = new TarReader(in);
        long sum = 0;
        int entries = 0;
        for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
            room.stop().check();
            if (++entries > ENTRIES_PER_FILE * settings.mostFiles()) {
                throw tooLarge("it has more than " + ENTRIES_PER_FILE + " entries for each file that a model may have");
            }
            switch (entry.type()) {
                case DIRECTORY -> {
                    // Its files make it.
                }
                case LINK -> throw refused(entry.name(), "it is a link");
                case OTHER -> throw refused(entry.name(), "it is a device, a pipe or a sparse file");
                case FILE -> {
                    sum = checkBomb(sum, entry.size(), files.size());
                    files.add(PlannedFile.packed(SafePath.checked(entry.name()), entry.name(), entry.size(),
                            entry.offset()));
                }
            }
        }
        if (files.isEmpty()) {
            throw new TarReader.Damaged("it has no files");
        }
    }

    private void listZip(List<PlannedFile> files) throws IOException, ImportFailure {
        List<Integer> modes = ZipDirectory.modes(source.path());
        long sum = 0;
        try (ZipFile zip = new ZipFile(source.path().toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            for (int i = 0; entries.hasMoreElements(); i++) {
                ZipEntry entry = entries.nextElement();
                if (i >= modes.size()) {
                    throw new ZipException("its two directories differ");
                }
                int type = modes.get(i) & UNIX_TYPE;
                if (type != 0 && type != UNIX_FILE && type != UNIX_DIRECTORY) {
                    throw refused(entry.getName(), "it is a link or a device");
                }
                if (entry.isDirectory()) {
                    continue;
                }
                sum = checkBomb(sum, entry.getSize(), files.size());
                files.add(PlannedFile.packed(SafePath.checked(entry.getName()), entry.getName(), entry.getSize(), -1));
            }
        }
    }

    /** The sum with this size; numbers before anything is allocated or written for them. */
    private long checkBomb(long sum, long size, int files) throws ImportFailure, IOException {
        if (files >= settings.mostFiles()) {
            throw tooLarge("it has more than " + settings.mostFiles() + " files");
        }
        if (size < 0 || size > settings.mostBytes() - sum) {
            throw tooLarge("it unpacks to more than " + Text.bytes(settings.mostBytes()));
        }
        long packed = Files.size(source.path());
        if (sum + size > FREE_OF_RATIO && (sum + size) / HIGHEST_RATIO > packed) {
            throw tooLarge("it unpacks to more than " + HIGHEST_RATIO + " times its size");
        }
        return sum + size;
    }

    /** Archives often hold one directory with all in it, and hidden files that some desktops put beside it. */
    private static List<PlannedFile> withoutCommonDirectory(List<PlannedFile> files) {
        List<PlannedFile> visible = files.stream().filter(file -> !Selection.isHidden(file.path())).toList();
        String first = visible.isEmpty() ? "" : visible.getFirst().path();
        String common = first.substring(0, first.indexOf('/') + 1);
        if (common.isEmpty() || !visible.stream().allMatch(file -> file.path().startsWith(common))) {
            return files;
        }
        return files.stream().map(
                file -> file.path().startsWith(common) ? file.at(file.path().substring(common.length())) : file)
                .toList();
    }

    @Override
    public void bring(ImportPlan plan, List<PlannedFile> missing) throws ImportFailure, InterruptedException {
        if (!fingerprint().equals(plan.fingerprint())) {
            throw new ImportFailure(new ImportProblem.SourceChanged("archive " + source.path()
                    + " has another size or time"));
        }
        switch (format()) {
            case TAR -> Workers.forEach(missing, settings.parallelFiles(), room.stop(),
                    file -> fromTar(file, plan.files().indexOf(file)));
            case TAR_GZIP -> fromGzip(plan, missing);
            default -> fromZip(plan, missing);
        }
    }

    private void fromTar(PlannedFile file, int number) throws ImportFailure, InterruptedException {
        try (InputStream in = Files.newInputStream(source.path())) {
            in.skipNBytes(file.offset());
            store(file, number, in);
        } catch (IOException e) {
            room.stop().check();
            throw broken(e);
        }
    }

    private void fromGzip(ImportPlan plan, List<PlannedFile> missing)
            throws ImportFailure, InterruptedException {
        Map<Long, PlannedFile> byOffset = new HashMap<>();
        missing.forEach(file -> byOffset.put(file.offset(), file));
        try (InputStream in = unzipped()) {
            TarReader tar = new TarReader(in);
            for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
                room.stop().check();
                PlannedFile file = byOffset.remove(entry.offset());
                if (file != null && entry.type() == TarReader.Type.FILE) {
                    store(file, plan.files().indexOf(file), new EntryStream(tar));
                }
            }
            readToItsChecksum(in);
        } catch (IOException e) {
            room.stop().check();
            throw broken(e);
        }
        if (!byOffset.isEmpty()) {
            throw new ImportFailure(new ImportProblem.DamagedArchive(source.path(), "it ends too early"));
        }
    }

    private void fromZip(ImportPlan plan, List<PlannedFile> missing)
            throws ImportFailure, InterruptedException {
        try (ZipFile zip = new ZipFile(source.path().toFile())) {
            Workers.forEach(missing, settings.parallelFiles(), room.stop(), file -> {
                try (InputStream in = checked(zip, file.origin())) {
                    store(file, plan.files().indexOf(file), in);
                } catch (IOException e) {
                    room.stop().check();
                    throw broken(e);
                }
            });
        } catch (IOException e) {
            room.stop().check();
            throw broken(e);
        }
    }

    /** {@link ZipFile} does not look at the checksums itself. */
    private static InputStream checked(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        InputStream content = entry == null ? null : zip.getInputStream(entry);
        if (entry == null || content == null) {
            throw new ZipException("it lacks " + Text.shown(name));
        }
        return new CheckedInputStream(content, new CRC32()) {
            @Override
            public int read() throws IOException {
                return checked(super.read());
            }

            @Override
            public int read(byte[] buffer, int from, int count) throws IOException {
                return checked(super.read(buffer, from, count));
            }

            private int checked(int result) throws IOException {
                if (result < 0 && getChecksum().getValue() != entry.getCrc()) {
                    throw new ZipException("the checksum of " + Text.shown(name) + " does not hold");
                }
                return result;
            }
        };
    }

    /** Never takes more than the file's promised size, whatever the archive says now. */
    private void store(PlannedFile file, int number, InputStream in)
            throws IOException, ImportFailure, InterruptedException {
        byte[] buffer = new byte[Digests.CHUNK];
        try (PartFile part = PartFile.open(room, file, number)) {
            while (part.length() < file.size()) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, file.size() - part.length()));
                if (count < 0) {
                    throw new EOFException();
                }
                part.write(buffer, count);
            }
            if (file.offset() < 0 && in.read() >= 0) {
                throw new ZipException("an entry unpacks to more than its size");
            }
            part.finish();
        }
    }

    private ImportFailure broken(IOException e) {
        String why = e instanceof EOFException ? "it ends too early" : String.valueOf(e.getMessage());
        boolean damaged = e instanceof EOFException || e instanceof ZipException || e instanceof TarReader.Damaged;
        return damaged && Files.isReadable(source.path())
                ? new ImportFailure(new ImportProblem.DamagedArchive(source.path(), why))
                : unreadable(e);
    }

    private ImportFailure unreadable(IOException e) {
        return new ImportFailure(new ImportProblem.SourceUnreadable(source.path(),
                e.getClass().getSimpleName() + " " + e.getMessage()));
    }

    private ImportFailure tooLarge(String why) {
        return new ImportFailure(new ImportProblem.TooLarge(String.valueOf(source.path()), why));
    }

    private static ImportFailure refused(String entry, String why) {
        return new ImportFailure(new ImportProblem.UnsafeEntry(entry, why));
    }

    /** The bytes of the entry that the reader stands at. */
    private static final class EntryStream extends InputStream {
        private final TarReader tar;
        private byte[] one = new byte[1];

        EntryStream(TarReader tar) {
            this.tar = tar;
        }

        @Override
        public int read() throws IOException {
            return tar.read(one) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int from, int count) throws IOException {
            if (from == 0 && count == buffer.length) {
                return tar.read(buffer);
            }
            byte[] part = new byte[count];
            int got = tar.read(part);
            if (got > 0) {
                System.arraycopy(part, 0, buffer, from, got);
            }
            return got;
        }
    }
}
